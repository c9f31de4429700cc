"""What every verdict takes for granted, as `explain trust` prints it.

Anything else that is believed is an assumption of the finding.
"""

from __future__ import annotations

from typing import Final

TRUST: Final[tuple[str, ...]] = (
    "The code that was read is the code that runs: no monkeypatching of what was resolved, no "
    "sys.settrace, no other thread or signal handler that writes the same objects, unless the "
    "program shows one; and nothing takes parts of its text elsewhere, as tools do that make "
    "programs of one file.",
    "No name that Python 3 has dropped (unicode, xrange, cPickle, urllib2) is there, unless the module "
    "binds it: branches that only Python 2 takes are not counted.",
    "A table of functions at module level holds what its own module puts into it, if that module and "
    "the one that asks only look things up in it.",
    "Parameters may be any object and any alias of another parameter, unless types say otherwise. "
    "Call sites are evidence only for the call that is looked at, but for iterators: what is of "
    "unknown type may be gone through again and again, unless a call in the project, up to three "
    "callers away, hands an iterator to it.",
    "Operators, subscripts, iteration, comparison, hashing and text conversion of an object of "
    "unknown type change nothing, as for the builtin types, unless a class of the module or of a "
    "module that it imports defines that operation: then what that definition does is counted.",
    "A method called on an object of unknown type is, by its name, that of a builtin type, of a "
    "library that the module imports, or of a class that the module or its imports define. Where "
    "a name fits none of the first two, the call is unknown.",
    "Data of which nothing tells the type pickles, and a copy of it is as good as the original, but "
    "for what the module looks up by its hash.",
    "Annotations and the tables' result types are true, and a subclass honours the effects of the "
    "method that it overrides unless the module or its imports hold an override that does not.",
    "The packages that are installed are those of the Python that `--python` names, of the "
    "project's `.venv`, or of the Python that runs pfadvisor. Of them, what is called is read, and "
    "what else the same package shows to the modules that this leads to; what packages do besides "
    "when they are imported (replace functions of other modules, register hooks) is not searched for.",
    "A class of an installed package counts where the type is known; a method of an object of "
    "unknown type that a package gave back is unknown, not that of a builtin type.",
    "A number meets numbers: where one operand is a number and no array library is imported, "
    "arithmetic gives a new number and changes nothing in place. What meets one in arithmetic or in "
    "<, <=, >, >=, or is given to range(), is no container that a loop fills, unless the module or "
    "its imports define that operation.",
    "A `for` statement goes through a set, a dictionary is made from one, and floats of one are "
    "added, in an order that means nothing to the result; so does a set of which nothing tells what "
    "it holds.",
    "Warnings that a library gives of its numbers (an overflow, a fit that does not converge) may "
    "be shown once by every worker; the bar of tqdm is no output.",
    "Where no array library is imported, an object of unknown type is no array: a slice of it is a "
    "copy, and its items are not views of it.",
    "Copies of arrays and tables share nothing, although one of Python objects shares these.",
    "What you state is true: a function that is marked `# pfadvisor: pure` does nothing that is seen "
    "from outside, a line of [tool.pfadvisor.effects] says all that a call does, and an assumption "
    "that a comment or the configuration accepts holds. A finding that rests on one of these names "
    "it.",
    "MemoryError, RecursionError, KeyboardInterrupt and the like may come at any point and are "
    "not counted as exceptions of the work.",
    "A rewrite to processes is called from a program that can have child processes, and whose "
    "main module can be imported again (the __main__ guard), as far as the module with the loop shows "
    "nothing else.",
    "Where an exception leaves the enclosing function unhandled, which one of several failing "
    "items it names, or the source that fails behind them, may differ, but only in the Pool.map "
    "form.",
)
