//! Reads what was emitted back as a stranger and holds it against what was declared.
