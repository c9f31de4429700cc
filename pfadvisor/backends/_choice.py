"""Which target a plan is rewritten to: by traits, in this one place."""

from __future__ import annotations

from typing import Final, Protocol, cast

from pfadvisor import registry
from pfadvisor.backends._job import Context, Emission, Job, Traits
from pfadvisor.model import Mode, Plan

_AUTO: Final = Traits(frozenset(), frozenset(), earliest=False, survives=False, bound="")


class Backend(Protocol):
    """A public module of this package."""

    TRAITS: Traits

    def emit(self, job: Job, context: Context) -> Emission: ...

    def refuses(self, job: Job) -> str: ...


def load(name: str) -> Backend:
    """The backend of that name. Raises LookupError if there is none."""
    return cast(Backend, registry.load("pfadvisor.backends", name))


def traits_of(name: str) -> Traits:
    """Traits of a backend; of "auto" those that all it chooses from have."""
    return _AUTO if name == "auto" else load(name).TRAITS


def names_for(mode: Mode) -> tuple[str, ...]:
    """Backends for `mode`, the preferred first."""
    able = [n for n in registry.names("pfadvisor.backends") if mode in load(n).TRAITS.modes]
    return tuple(sorted(able, key=lambda n: (load(n).TRAITS.rank, n)))


def choose(plan: Plan, job: Job, wanted: str = "auto") -> tuple[str, str]:
    """(name of the backend, "") or ("", why there is none)."""
    if wanted != "auto":
        return _asked(job, wanted)
    for name in names_for(job.mode):
        if _suits(plan, job, name):
            return name, ""
    return "", f"no backend runs this loop with {job.mode}"


def _asked(job: Job, wanted: str) -> tuple[str, str]:
    backend = load(wanted)
    able = backend.TRAITS.modes
    if job.mode not in able:
        return "", f"{wanted} does not run {job.mode}, only {' and '.join(sorted(able))}"
    reason = backend.refuses(job)
    return ("", reason) if reason else (wanted, "")


def _suits(plan: Plan, job: Job, name: str) -> bool:
    """Own packages only by request; what can hang only where nothing can make it hang."""
    backend = load(name)
    if backend.TRAITS.requires or job.want not in backend.TRAITS.wants:
        return False
    return (backend.TRAITS.survives or plan.builtin_errors) and not backend.refuses(job)
