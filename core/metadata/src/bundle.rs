//! What the compiler makes of a configuration: one bundle for each target.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Composition, Configuration, ModuleName, ObjectName};

/// Where code runs (P4). The symbols of `//#if` follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// Whole configuration; `Server`.
    MainServer,
    /// The composition; `Server`, `MobileApplicationServer`.
    StandaloneServer,
    /// Client halves of the whole configuration; `Client`, `MobileClient`.
    ClientOfMain,
    /// Client halves of the composition; `Client`, `MobileClient`.
    ClientOfStandalone,
    /// Client halves of the whole configuration as a browser would run them; `Client`. Checked, so that a configuration is fit for one;
    /// no bundle is made for it.
    BrowserClient,
}

impl Target {
    /// Symbols that are true in `//#if` (P3).
    pub const fn symbols(self) -> &'static [&'static str] {
        match self {
            Self::MainServer => &["Server"],
            Self::StandaloneServer => &["Server", "MobileApplicationServer"],
            Self::ClientOfMain | Self::ClientOfStandalone => &["Client", "MobileClient"],
            Self::BrowserClient => &["Client"],
        }
    }

    /// All targets.
    pub const ALL: [Self; 5] =
        [Self::MainServer, Self::StandaloneServer, Self::ClientOfMain, Self::ClientOfStandalone, Self::BrowserClient];
}

/// Hash of a bundle's content, 64 hexadecimal digits (C18).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BundleHash(pub String);

impl fmt::Display for BundleHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A module ready to run: JavaScript whose lines are the lines of its TypeScript source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompiledModule {
    /// Path of the source within the configuration, with `/`.
    pub file: String,
    /// JavaScript, an ES module.
    pub code: String,
    /// Names of exported functions.
    pub exports: Vec<String>,
}

/// A compiled configuration for one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// Where it runs.
    pub target: Target,
    /// Hash of all that follows.
    pub hash: BundleHash,
    /// Objects this target knows.
    pub configuration: Configuration,
    /// The composition, as applied.
    pub composition: Composition,
    /// Modules this target runs.
    pub modules: BTreeMap<ModuleName, CompiledModule>,
}

impl Bundle {
    /// Puts the parts together and hashes them.
    pub fn new(
        target: Target,
        configuration: Configuration,
        composition: Composition,
        modules: BTreeMap<ModuleName, CompiledModule>,
    ) -> Self {
        let mut bundle = Self { target, hash: BundleHash(String::new()), configuration, composition, modules };
        bundle.hash = bundle.content_hash();
        bundle
    }

    /// Hash of the content; equal to `hash` in a sound bundle.
    pub fn content_hash(&self) -> BundleHash {
        let content = serde_json::to_vec(&(&self.target, &self.configuration, &self.composition, &self.modules))
            .expect("definitions have string keys only, so they are JSON");
        BundleHash(blake3::hash(&content).to_hex().to_string())
    }

    /// True if the content was not cut or changed on its way.
    pub fn is_sound(&self) -> bool {
        self.hash == self.content_hash()
    }

    /// Id of a value or item that is fixed in the configuration: the same on every server (C12).
    pub fn fixed_id(object: &ObjectName, name: &str) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("twinshore/{object}/{name}").as_bytes())
    }
}

/// Everything a device downloads: the stand-alone server's bundle and both of the client's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceBundle {
    /// For the stand-alone server.
    pub standalone: Bundle,
    /// For the client of the main server.
    pub client_of_main: Bundle,
    /// For the client of the stand-alone server.
    pub client_of_standalone: Bundle,
}

impl DeviceBundle {
    /// Hash over the three hashes: what main and device compare (C18, A5).
    pub fn hash(&self) -> BundleHash {
        let text = format!("{}{}{}", self.standalone.hash, self.client_of_main.hash, self.client_of_standalone.hash);
        BundleHash(blake3::hash(text.as_bytes()).to_hex().to_string())
    }
}
