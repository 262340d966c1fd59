//! Exchange between a device's stand-alone server and the main server.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use twinshore_metadata::{BundleHash, ObjectName, Record, Ref, Value};
use uuid::Uuid;

/// Place in a server's change log. A change gets a greater one than all before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangePosition(pub u64);

/// Number of a device's message; each is one greater than the last (X3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageNo(pub u64);

/// Code of a node of the exchange plan: `001` is the main server, devices get theirs from it (X1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeCode(pub String);

/// One changed thing, as it is now on the sender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "camelCase")]
pub enum ChangeItem {
    /// An item of a catalog or a document, with the attributes the device has (X12). `Posted` among them tells that it is to be posted (X13).
    Object {
        /// Item, with presentation.
        reference: Ref,
        /// Its version on the sender.
        version: i64,
        /// Included attributes and tables.
        record: Record,
    },
    /// The item was deleted (X9: not the same as `Removed`).
    ObjectDeletion {
        /// Item.
        reference: Ref,
    },
    /// The item no longer belongs on the device (row filter, rights). It stays on main.
    Removed {
        /// Item.
        reference: Ref,
    },
    /// Movements of a document, or a record set of an information register with this key; replaces what was under the key.
    RegisterRecords {
        /// Register.
        register: ObjectName,
        /// Recorder, or the dimensions (and period).
        key: IndexMap<String, Value>,
        /// Records, dimensions included; none = the key is gone.
        records: Vec<IndexMap<String, Value>>,
    },
    /// A constant.
    Constant {
        /// Constant.
        name: ObjectName,
        /// Value.
        value: Value,
    },
}

/// Is the device's configuration good for this main server? (A5, A6)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum BundleState {
    /// The same.
    Current,
    /// Older, still understood; an update waits.
    Compatible {
        /// The current one.
        current: BundleHash,
    },
    /// Too old.
    Incompatible {
        /// The current one.
        current: BundleHash,
    },
}

/// Start of a round (X7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandshakeRequest {
    /// Code the device has, if it ever got one.
    pub node: Option<NodeCode>,
    /// Id the device gave itself.
    pub device: Uuid,
    /// Name the person knows the device by.
    pub device_name: String,
    /// Last message the device sent.
    pub sent_no: MessageNo,
    /// Position up to which the device has main's changes.
    pub received: ChangePosition,
    /// Configuration on the device.
    pub device_bundle: BundleHash,
}

/// Where both stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandshakeResponse {
    /// The device's code from now on; prefix of its numbers (X14).
    pub node: NodeCode,
    /// The two sides' numbers don't fit (reinstalled device, restored main): the device asks from 0 and sends all it has not had acknowledged.
    pub reset: bool,
    /// Last message of the device that main accepted.
    pub accepted_no: MessageNo,
    /// Last position of main's change log.
    pub last: ChangePosition,
    /// Rows that wait for the device, roughly; for progress.
    pub waiting: u64,
    /// State of the configuration.
    pub bundle: BundleState,
}

/// One thing a device sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentItem {
    /// The thing.
    pub item: ChangeItem,
    /// Main's version the device's change was made on; none for a thing made on the device (X10).
    pub base_version: Option<i64>,
    /// Attributes and tables changed on the device since then; all if none are named.
    #[serde(default)]
    pub changed: Vec<String>,
    /// User who made the change.
    pub user_name: String,
}

/// A message of the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadRequest {
    /// Node.
    pub node: NodeCode,
    /// Number, one above the last accepted.
    pub message_no: MessageNo,
    /// Configuration the items were made under (A7).
    pub device_bundle: BundleHash,
    /// Things, in the order they changed.
    pub items: Vec<SentItem>,
}

/// A change that met another one (X10). The losing value is kept in the journal of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// Item.
    pub reference: Ref,
    /// Attributes that both changed.
    pub attributes: Vec<String>,
    /// True if the device's values stand.
    pub device_won: bool,
    /// The values that lost.
    pub losing: Record,
}

/// What became of one thing of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum ItemOutcome {
    /// It stands, under this version of main.
    Accepted {
        /// Main's version.
        version: i64,
    },
    /// It met another change.
    Conflicted(Box<Conflict>),
    /// It is kept on main but could not be written or posted (X13); it waits under "needs attention" on both sides.
    NeedsAttention {
        /// Why.
        message: String,
    },
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadResponse {
    /// Last accepted number.
    pub accepted_no: MessageNo,
    /// One a thing, in order.
    pub outcomes: Vec<ItemOutcome>,
}

/// Asks for changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DownloadRequest {
    /// Node.
    pub node: NodeCode,
    /// Changes after this one; all up to it are acknowledged.
    pub from: ChangePosition,
    /// Things at most, 1 to 5,000.
    pub limit: u32,
    /// Configuration of the device.
    pub device_bundle: BundleHash,
    /// Items the device wants besides (C15, R13).
    #[serde(default)]
    pub wanted: Vec<Ref>,
}

/// Changes in the order of their positions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExchangePage {
    /// As asked.
    pub from: ChangePosition,
    /// Position of the device after applying the page.
    pub to: ChangePosition,
    /// Things.
    pub items: Vec<ChangeItem>,
    /// There is more.
    pub more: bool,
    /// Last position of main's change log, for progress.
    pub last: ChangePosition,
}
