//! The composition report: what goes to the device, why, and how big it is.

use std::fmt;

use serde::Serialize;
use twinshore_metadata::{ObjectName, Priority};

use crate::Bundles;

/// One included object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedObject {
    /// Object.
    pub name: ObjectName,
    /// Its priority.
    pub priority: Priority,
    /// Why it is in, if it was not asked for (C17).
    pub pulled_in_by: String,
    /// Children that stay on the main server.
    pub excluded: Vec<String>,
    /// Condition of rows kept on the device.
    pub keep: String,
    /// Bytes of a row, roughly.
    pub row_bytes: u64,
    /// Forms that can't be filled by themselves when reopened, with the attributes that stop it (F10c).
    pub complex_forms: Vec<String>,
}

/// The report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CompositionReport {
    /// Included objects.
    pub objects: Vec<ReportedObject>,
    /// Objects that stay on the main server.
    pub not_included: Vec<ObjectName>,
}

impl CompositionReport {
    /// The report of a compiled configuration.
    pub fn of(bundles: &Bundles) -> Self {
        let device = &bundles.device.standalone.configuration;
        let objects = bundles
            .main
            .composition
            .included
            .iter()
            .map(|(name, inclusion)| {
                let object = device.object(name);
                ReportedObject {
                    name: name.clone(),
                    priority: inclusion.priority,
                    pulled_in_by: inclusion.pulled_in_by.clone(),
                    excluded: inclusion.except.iter().map(ToString::to_string).collect(),
                    keep: inclusion.keep.clone(),
                    row_bytes: object.filter(|o| o.name.kind.is_stored_object()).map_or(0, crate::composition::row_bytes),
                    complex_forms: object
                        .iter()
                        .flat_map(|o| &o.forms)
                        .filter_map(|form| {
                            let names: Vec<&str> = form.complex_attributes().collect();
                            (!names.is_empty()).then(|| format!("{}: {}", form.name.form, names.join(", ")))
                        })
                        .collect(),
                }
            })
            .collect();
        let not_included =
            bundles.main.configuration.objects.keys().filter(|n| !bundles.main.composition.includes(n)).cloned().collect();
        Self { objects, not_included }
    }
}

impl fmt::Display for CompositionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for object in &self.objects {
            let priority = match object.priority {
                Priority::Main => "main",
                Priority::Standalone => "standalone",
                Priority::MainOnly => "main-only",
            };
            write!(f, "{:<44} {priority:<10}", object.name.to_string())?;
            if object.row_bytes > 0 {
                write!(f, " ~{} bytes a row", object.row_bytes)?;
            }
            writeln!(f)?;
            for (what, text) in [("pulled in by", &object.pulled_in_by), ("kept rows:", &object.keep)] {
                if !text.is_empty() {
                    writeln!(f, "    {what} {text}")?;
                }
            }
            if !object.excluded.is_empty() {
                writeln!(f, "    stays on the main server: {}", object.excluded.join(", "))?;
            }
            for form in &object.complex_forms {
                writeln!(f, "    not filled by itself when reopened: {form}")?;
            }
        }
        writeln!(f, "\nnot included: {}", self.not_included.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }
}
