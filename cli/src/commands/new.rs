//! `twinshore new DIR`: a small configuration to begin with.

use std::path::{Path, PathBuf};

use clap::Args;

use super::CommandError;
use super::types::{self, write_if_new};
use crate::output;

/// Files of the configuration, with `{{name}}` and `{{title}}` in them.
const TEMPLATE: &[(&str, &str)] = &[
    ("configuration.yaml", include_str!("../../template/configuration.yaml")),
    ("subsystems.yaml", include_str!("../../template/subsystems.yaml")),
    ("offline.yaml", include_str!("../../template/offline.yaml")),
    ("roles/Seller.yaml", include_str!("../../template/roles/Seller.yaml")),
    ("catalogs/Customers/Customers.yaml", include_str!("../../template/catalogs/Customers/Customers.yaml")),
    ("catalogs/Customers/Item.form.yaml", include_str!("../../template/catalogs/Customers/Item.form.yaml")),
    ("catalogs/Customers/Item.form.client.ts", include_str!("../../template/catalogs/Customers/Item.form.client.ts")),
    ("documents/Visits/Visits.yaml", include_str!("../../template/documents/Visits/Visits.yaml")),
    ("documents/Visits/Visits.object.ts", include_str!("../../template/documents/Visits/Visits.object.ts")),
    ("documents/Visits/Item.form.yaml", include_str!("../../template/documents/Visits/Item.form.yaml")),
    ("enums/VisitResult/VisitResult.yaml", include_str!("../../template/enums/VisitResult/VisitResult.yaml")),
    ("exchange-plans/Mobile/Mobile.yaml", include_str!("../../template/exchange-plans/Mobile/Mobile.yaml")),
    ("tests/visits.scenario.ts", include_str!("../../template/tests/visits.scenario.ts")),
    ("README.md", include_str!("../../template/README.md")),
    (".gitignore", include_str!("../../template/gitignore")),
];

/// Arguments.
#[derive(Debug, Args)]
pub struct New {
    /// Folder to make; it may be there if it is empty
    folder: PathBuf,
    /// Title of the app [default: the folder's name]
    #[arg(long)]
    title: Option<String>,
}

impl New {
    /// Writes the configuration, and what editors want to know of it.
    pub fn run(self) -> Result<(), CommandError> {
        let folder = &self.folder;
        refuse_used(folder)?;
        let own = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let title = self.title.unwrap_or_else(|| own.clone());
        let name = identifier(&own).or_else(|| identifier(&title)).unwrap_or_else(|| "MyApp".into());
        // The title stands between quotes.
        let title = title.replace(['"', '\\', '\n'], "");
        let title = if title.trim().is_empty() { name.clone() } else { title };
        for (path, text) in TEMPLATE {
            write_if_new(&folder.join(path), &text.replace("{{name}}", &name).replace("{{title}}", &title))?;
        }
        types::write(folder)?;
        let shown = folder.display();
        output::line(format_args!("{title} is in {shown}. Go on with"));
        for (command, does) in [("dev", "phones in the browser that follow what you save"), ("test", "its scenarios")] {
            output::line(format_args!("  twinshore {command} {shown:<20}  {does}"));
        }
        Ok(())
    }
}

/// Nothing of anybody's is overwritten.
fn refuse_used(folder: &Path) -> Result<(), CommandError> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    // A repository that was just begun is as good as empty.
    let used = entries.flatten().map(|entry| entry.file_name()).find(|name| name != ".git");
    match used {
        Some(name) => {
            let (folder, name) = (folder.display(), name.display());
            Err(CommandError::Argument(format!("{folder} is not empty ({name} is there); name a folder that is new or empty")))
        }
        None => Ok(()),
    }
}

/// A name of a configuration from what somebody called a folder: `my-app` becomes `MyApp`.
fn identifier(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words
        .map(|word| {
            let mut characters = word.chars();
            characters.next().map(|first| first.to_uppercase().chain(characters).collect::<String>()).unwrap_or_default()
        })
        .collect();
    name.chars().next().is_some_and(char::is_alphabetic).then_some(name)
}
