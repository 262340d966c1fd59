//! Reopening a form from the other server (F7–F13).

mod fill;

pub use fill::{FillOptions, FillPlan, FormShape, Sides, fill_plan};
