//! Reopening a form from the other server (F7–F13).

mod fill;
mod machine;
mod rows;

pub use fill::{Conflict, FillOptions, FillPlan, FillReport, FormShape, Sides, fill_plan};
pub use machine::{Reopening, ReopeningEvent, ReopeningInstruction};
