//! Open forms.

mod changes;
pub mod period;
pub mod render;
pub mod session;
pub mod words;

pub use changes::Before;
