"""From a plan to edits, and from edits to files. The only room that imports libcst."""
