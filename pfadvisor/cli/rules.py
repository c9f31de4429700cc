"""`pfadvisor rules`: the rules that there are."""

from __future__ import annotations

import json

import click

from pfadvisor.cli import _run


@click.command()
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(output_format: str) -> None:
    """List all rules: 1xx can run in parallel, 2xx why it stays serial, 3xx and 4xx mistakes."""
    from pfadvisor.rules._catalog import rules

    if output_format == "json":
        keys = ("code", "name", "summary")
        rows = [{key: getattr(rule, key) for key in keys} for rule in rules()]
        _run.write(json.dumps(rows, indent=2) + "\n")
        return
    width = max(len(rule.name) for rule in rules())
    for rule in rules():
        _run.write(f"{rule.code}  {rule.name:<{width}}  {rule.summary}\n")
