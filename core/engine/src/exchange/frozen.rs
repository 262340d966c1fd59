//! Changes kept as messages while the configuration of a device changes (A7): a column that goes takes no unsent value with it.
//!
//! Invariant: a frozen message is sent as it was made, before anything newer, under the number that is next when it leaves.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};
use twinshore_metadata::BundleHash;
use twinshore_protocol::{ChangePosition, MessageNo, NodeCode, SentItem, UploadRequest};

use super::device::{Outbox, SENT_NO, keep_outbox, mark_sent, not_sendable, number, outbox};
use super::items;
use crate::schema::set_setting;
use crate::storage::Lease;
use crate::{EngineError, Unit, changes};

/// Number of a message that has not got one yet.
const UNNUMBERED: MessageNo = MessageNo(0);

/// Makes messages of all that waits and is in none yet.
pub fn freeze(unit: &Unit, connection: &Lease, bundle: &BundleHash, limit: u32) -> Result<u64, EngineError> {
    let mut kept = waiting_in_messages(connection)?;
    let before = kept.len();
    let mut after = ChangePosition(0);
    loop {
        let part = changes::after(connection, after, limit)?;
        let Some(last) = part.last() else { break };
        after = last.position;
        let (mut items, mut positions) = (Vec::new(), Vec::new());
        for change in part.into_iter().filter(|change| !kept.contains(&change.position.0)) {
            let item = match items::current(unit, &change.key) {
                Ok(item) => item,
                Err(error) if items::is_fatal(&error) => return Err(error),
                Err(error) => {
                    not_sendable(unit, connection, &change, error)?;
                    continue;
                }
            };
            mark_sent(connection, &change, UNNUMBERED)?;
            positions.push(change.position.0);
            items.push(SentItem {
                item,
                base_version: change.base_version,
                changed: change.changed,
                user_name: change.user_name,
            });
        }
        if items.is_empty() {
            continue;
        }
        kept.extend(&positions);
        let node = unit.engine().node();
        let message = UploadRequest { node, message_no: UNNUMBERED, device_bundle: bundle.clone(), items };
        let text = text_of(&Outbox { message, positions })?;
        connection.execute("INSERT INTO _frozen (content) VALUES (?1)", [text])?;
    }
    Ok((kept.len() - before) as u64)
}

/// Positions of the changes that are in messages already.
fn waiting_in_messages(connection: &Lease) -> Result<HashSet<u64>, EngineError> {
    let mut positions: HashSet<u64> = outbox(connection)?.into_iter().flat_map(|outbox| outbox.positions).collect();
    let texts = connection
        .prepare("SELECT content FROM _frozen")?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    for text in texts {
        positions.extend(serde_json::from_str::<Outbox>(&text).into_iter().flat_map(|outbox| outbox.positions));
    }
    Ok(positions)
}

/// The first frozen message becomes the one on its way.
pub fn thaw(connection: &Lease, node: NodeCode) -> Result<Option<UploadRequest>, EngineError> {
    let first: Option<(i64, String)> = connection
        .query_row("SELECT seq, content FROM _frozen ORDER BY seq LIMIT 1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((seq, text)) = first else { return Ok(None) };
    let mut outbox: Outbox =
        serde_json::from_str(&text).map_err(|_| EngineError::Corrupt { table: "_frozen".into(), column: "content".into() })?;
    let message_no = MessageNo(number(connection, SENT_NO)?.unwrap_or(0) + 1);
    outbox.message.message_no = message_no;
    outbox.message.node = node;
    for sent in &outbox.message.items {
        let key = items::key_of(&sent.item);
        connection.prepare_cached("INSERT OR REPLACE INTO _in_flight VALUES (?1, ?2, ?3)")?.execute(params![
            key.object().to_string(),
            key.key(),
            sent.changed.join(",")
        ])?;
    }
    set_setting(connection, SENT_NO, &message_no.0.to_string())?;
    keep_outbox(connection, &outbox)?;
    connection.execute("DELETE FROM _frozen WHERE seq = ?1", [seq])?;
    Ok(Some(outbox.message))
}

fn text_of(outbox: &Outbox) -> Result<String, EngineError> {
    serde_json::to_string(outbox).map_err(|error| EngineError::refused(error.to_string()))
}
