"""One module, one target of the rewrites; they emit text and import no library."""
