"""One module, one rule, one page: `_catalog` reads them, `_finding` words what was found."""
