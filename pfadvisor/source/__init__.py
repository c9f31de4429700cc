"""From paths to text and syntax trees: discovery, decoding, module names, comments."""
