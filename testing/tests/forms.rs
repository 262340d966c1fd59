//! Forms by every rule (F1–F19), on real servers over real links. One small configuration, `forms/world.rs`.

#[path = "forms/world.rs"]
mod world;

#[path = "forms/draft.rs"]
mod draft;
#[path = "forms/fields.rs"]
mod fields;
#[path = "forms/fill.rs"]
mod fill;
#[path = "forms/handlers.rs"]
mod handlers;
#[path = "forms/locks.rs"]
mod locks;
#[path = "forms/menus.rs"]
mod menus;
#[path = "forms/patches.rs"]
mod patches;
#[path = "forms/periods.rs"]
mod periods;
#[path = "forms/reopen.rs"]
mod reopen;
#[path = "forms/reread.rs"]
mod reread;
#[path = "forms/result.rs"]
mod result;
#[path = "forms/unavailable.rs"]
mod unavailable;
