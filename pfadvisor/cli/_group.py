"""The group of commands, by name without importing them, and what click's errors mean here."""

from __future__ import annotations

from collections.abc import Sequence

import click

from pfadvisor import __version__, registry
from pfadvisor.config import ConfigError

PACKAGE = "pfadvisor.cli"


class Commands(click.Group):
    """Each public module of this package has a `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(registry.names(PACKAGE))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in registry.names(PACKAGE):
            return None
        command: click.Command = registry.load(PACKAGE, cmd_name).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            from pfadvisor.config import suggestion

            near = suggestion(args[0], registry.names(PACKAGE))
            raise click.UsageError(f"No such command {args[0]!r}{near}", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="pfadvisor")
def group() -> None:
    """Find the Python loops that can run in parallel, see why, and rewrite them."""


def run_group(args: Sequence[str]) -> int:
    """The exit code; click's own habit of ending with 1 on any error is undone."""
    try:
        result = group.main(list(args), prog_name="pfadvisor", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        return 130
    except ConfigError as error:
        click.echo(f"error: {error}", err=True)
        return 2
    return result if isinstance(result, int) else 0
