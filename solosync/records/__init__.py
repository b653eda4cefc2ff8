"""What a row means: frozen structs, one module per noun. No rules and no I/O."""
