"""The rewrite as a libcst command.

    python -m libcst.tool codemod --no-format -x pfadvisor.rewrite.command.ParallelizeLoops FILE

It does what `pfadvisor fix FILE` does, with the project's own settings. Without `--no-format`,
libcst has its formatter go over the file.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import libcst as cst
from libcst.codemod import CodemodContext, VisitorBasedCodemodCommand

from pfadvisor.model import Finding, Fix, Judgement, Span
from pfadvisor.rewrite.compose import applied, composed
from pfadvisor.rewrite.refusal import Refusal
from pfadvisor.rewrite.suggest import read
from pfadvisor.rewrite.visitor import LoopVisitor, SeenLoop, located


class ParallelizeLoops(VisitorBasedCodemodCommand):
    DESCRIPTION = "Rewrite loops that are proved parallel and worth it to run in parallel."

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument("--backend", default=None, help="what rewrites target")
        arg_parser.add_argument(
            "--unsafe-fixes", action="store_true", help="also apply rewrites that need assumptions"
        )

    def __init__(
        self, context: CodemodContext, backend: str | None = None, unsafe_fixes: bool = False
    ) -> None:
        super().__init__(context)
        self.backend, self.unsafe_fixes = backend, unsafe_fixes

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """The module with the fixes that a LoopVisitor collects from it."""
        text = read(tree.code)
        findings = self._findings(text.source)
        judged = _judged(dict(located(text, text.tree)), findings)
        visitor = LoopVisitor(judged.get, lambda judgement: _fix_of(judgement, findings))
        tree.visit(visitor)
        allowed = {"safe", "unsafe"} if self.unsafe_fixes else {"safe"}
        outcomes = (suggestion.outcome for suggestion in visitor.suggestions)
        fixes = [f for f in outcomes if isinstance(f, Fix) and f.applicability in allowed]
        if not fixes:
            return tree
        changed = applied(text.source, composed(text.source, fixes).edits)
        newline = tree.default_newline
        return cst.parse_module(changed.replace("\n", newline), tree.config_for_parsing)

    def _findings(self, code: str) -> tuple[Finding, ...]:
        from pfadvisor.config import load, override
        from pfadvisor.pipeline import Request, analyze_text
        from pfadvisor.profit.basis import of_this_machine

        cwd = Path.cwd()
        path = Path(self.context.filename or "<module>")
        settings = override(load(path.parent), {"backend": self.backend}, "--backend")
        request = Request(
            settings,
            cwd,
            "review" if self.unsafe_fixes else "suggested",
            basis=of_this_machine(),
        )
        return analyze_text(code, path, request).findings


def _judged(
    loops: Mapping[Span, SeenLoop], findings: tuple[Finding, ...]
) -> dict[SeenLoop, Judgement]:
    return {
        loops[finding.span]: finding.judgement
        for finding in findings
        if finding.judgement is not None and finding.span in loops
    }


def _fix_of(judgement: Judgement, findings: tuple[Finding, ...]) -> Fix | Refusal:
    finding = next(f for f in findings if f.judgement == judgement)
    return finding.fix or Refusal(finding.fix_refused)
