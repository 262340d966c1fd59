//! Open forms.

pub mod render;
pub mod session;
pub mod words;
