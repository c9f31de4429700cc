"""The ways in which a loop may reach its helper. Each function takes a story and gives the files of
a package that tells it: `main.py` has the loop, and `helpers.py` what it calls in the end."""

from __future__ import annotations

from collections.abc import Callable

from .story import Story
from .writing import (
    Files,
    arguments,
    elsewhere,
    ground,
    helper,
    indented,
    inlined,
    loop,
    main,
    method,
    passing_on,
    text,
)

Variant = Callable[[Story], Files]
TRACED = """
import functools

def traced(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner
"""
REGISTERED = """
NAMES = []

def registered(function):
    NAMES.append(function.__name__)
    return function
"""
HARMLESS = """
def other(*args):
    return None
"""


def inline(story: Story) -> Files:
    return {"main.py": inlined(story)}


def beside(story: Story) -> Files:
    return {"main.py": text(ground(story), helper(story), loop(story))}


def imported(story: Story) -> Files:
    return _from_helpers(story, helper(story))


def _from_helpers(story: Story, made: str, name: str = "work", **how: str) -> Files:
    """The helpers' module has `made` in it, and the loop's module takes `name` from there."""
    taken = f"from {story.package}.helpers import {name}"
    return {
        "main.py": main(story, taken, **how),
        "helpers.py": text(ground(story), made),
    }


def two_deep(story: Story) -> Files:
    package = story.package
    front = text(
        elsewhere(story, story.work.args),
        f"from {package}.helpers import work as _work",
        passing_on(story, "work", "_work"),
    )
    return {
        "main.py": main(story, f"from {package} import front", "front.work"),
        "front.py": front,
        "helpers.py": text(ground(story), helper(story)),
    }


def five_deep(story: Story) -> Files:
    """Across packages, which hand on what their modules define."""
    package, given = story.package, elsewhere(story, story.work.args)
    inside = f"    from {package}.helpers import work\n    return work(*args, **kwargs)"
    store = f"class Store:\n    @staticmethod\n    def fetch(*args, **kwargs):\n{indented(inside)}"
    desk = passing_on(story, "work", "handle")
    handling = passing_on(story, "take", "office.pass_on")
    office = passing_on(story, "pass_on", "store.Store.fetch", named=True)
    return {
        "main.py": main(story, f"import {package}.outer", f"{package}.outer.work"),
        "outer/__init__.py": "from .desk import *\n",
        "outer/desk.py": text(given, "from ..middle import handle", "__all__ = ['work']", desk),
        "middle/__init__.py": "from .handling import take as handle\n",
        "middle/handling.py": text(given, f"import {package}.back.office as office", handling),
        "back/__init__.py": "",
        "back/office.py": text(given, "from . import store", office),
        "back/store.py": store,
        "helpers.py": text(ground(story), helper(story)),
    }


def static_method(story: Story) -> Files:
    made = method(story, "class Helper:", decorator="staticmethod")
    return _from_helpers(story, made, "Helper", callee="Helper.work")


def class_method(story: Story) -> Files:
    made = method(story, "class Helper:", first="cls", decorator="classmethod")
    return _from_helpers(story, made, "Helper", callee="Helper.work")


def instance_method(story: Story) -> Files:
    made = method(story, "class Helper:", first="self")
    return _from_helpers(story, made, "Helper", callee="one.work", before="one = Helper()")


def inherited_method(story: Story) -> Files:
    base = method(story, "class Base:", first="self")
    child = passing_on(story, "work", "super().work", first="self")
    made = f"{base}\nclass Child(Base):\n{indented(child)}\nclass Leaf(Child):\n    pass\n"
    return _from_helpers(story, made, "Leaf", callee="leaf.work", before="leaf = Leaf()")


def method_of_attribute(story: Story) -> Files:
    """The object that has the method is an attribute of another one."""
    made = method(story, "class Helper:", first="self")
    made += "\nclass Owner:\n    def __init__(self):\n        self.helper = Helper()\n"
    calling = {"callee": "owner.helper.work", "before": "owner = Owner()"}
    return _from_helpers(story, made, "Owner", **calling)


def callable_instance(story: Story) -> Files:
    made = method(story, "class Work:", "__call__", first="self")
    return _from_helpers(story, made, "Work", callee="call", before="call = Work()")


def bound_partial(story: Story) -> Files:
    made = helper(story, first="factor")
    found = _from_helpers(story, made, callee="bound", before="bound = partial(work, 3)")
    found["main.py"] = "from functools import partial\n" + found["main.py"]
    return found


def partial_of_module(story: Story) -> Files:
    made = text("import functools", helper(story, "plain", first="factor"))
    return _from_helpers(story, text(made, "work = functools.partial(plain, 3)"))


def decorated(story: Story) -> Files:
    made = text(f"from {story.package}.tracing import traced", helper(story, decorator="traced"))
    return _from_helpers(story, made) | {"tracing.py": TRACED}


def registered(story: Story) -> Files:
    """The decorator notes the function and gives it back."""
    made = text(REGISTERED, helper(story, decorator="registered"))
    return _from_helpers(story, made)


def unchecked(story: Story) -> Files:
    """The decorator is one of the library that leaves functions as they are."""
    made = text("import typing", helper(story, decorator="typing.no_type_check"))
    return _from_helpers(story, made)


def in_dict(story: Story) -> Files:
    made = text(helper(story), HARMLESS, "TABLE = {'work': work, 'other': other}")
    return _from_helpers(story, made, "TABLE", callee="TABLE['work']")


def in_list(story: Story) -> Files:
    made = text(helper(story), "STEPS = [work]")
    return _from_helpers(story, made, "STEPS", callee="STEPS[0]")


def in_tuple(story: Story) -> Files:
    made = text(helper(story), HARMLESS, "STEPS = (work, other)")
    return _from_helpers(story, made, "STEPS", callee="STEPS[0]")


def parameter(story: Story) -> Files:
    applied = "def apply(function, *args):\n    return function(*args)\n"
    found = _from_helpers(story, helper(story), "apply, work", callee="apply", first="work")
    return found | {"helpers.py": text(found["helpers.py"], applied)}


def closure(story: Story) -> Files:
    """A function makes the helper, once for the module."""
    made = f"def make(factor):\n{indented(helper(story, 'inner'))}    return inner\n"
    return _from_helpers(story, made + "\nwork = make(3)\n")


def closure_of_run(story: Story) -> Files:
    """A function makes the helper, for the loop."""
    made = f"def make(factor):\n{indented(helper(story, 'inner'))}    return inner\n"
    return _from_helpers(story, made, "make", callee="made", before="made = make(3)")


def as_lambda(story: Story) -> Files:
    given = arguments(story)
    return _from_helpers(
        story, text(helper(story, "plain"), f"work = lambda {given}: plain({given})")
    )


VARIANTS: dict[str, Variant] = {
    one.__name__: one
    for one in (
        inline,
        beside,
        imported,
        two_deep,
        five_deep,
        static_method,
        class_method,
        instance_method,
        inherited_method,
        method_of_attribute,
        callable_instance,
        bound_partial,
        partial_of_module,
        decorated,
        registered,
        unchecked,
        in_dict,
        in_list,
        in_tuple,
        parameter,
        closure,
        closure_of_run,
        as_lambda,
    )
}
