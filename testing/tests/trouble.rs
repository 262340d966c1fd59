//! Bad input and trouble on real phones over real links: a clear message each time, nothing lost, and the app goes on.

#[path = "trouble/anew.rs"]
mod anew;
#[path = "trouble/disk.rs"]
mod disk;
#[path = "trouble/files.rs"]
mod files;
#[path = "trouble/link.rs"]
mod link;
#[path = "trouble/modules.rs"]
mod modules;
#[path = "trouble/sign_in.rs"]
mod sign_in;
#[path = "trouble/world.rs"]
mod world;
