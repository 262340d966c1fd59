//! Modes, availability and routing of real clients: the main server's own routes behind a scripted way, by a clock that tests own.

#[path = "modes/availability.rs"]
mod availability;
#[path = "modes/choices.rs"]
mod choices;
#[path = "modes/outcomes.rs"]
mod outcomes;
#[path = "modes/routing.rs"]
mod routing;
#[path = "modes/world.rs"]
mod world;
