//! One environment at a time: components unfolded into a model of stacks, resources and edges.

pub mod model;
pub mod origin;
pub mod value;
