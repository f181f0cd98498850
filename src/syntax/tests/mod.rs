//! Tests of the room: programs, wrong inputs, and whatever else may come.

mod programs;
