//! infrac.
