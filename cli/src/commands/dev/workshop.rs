//! What the page is told of the work on the configuration, and what it may ask for.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use twinshore_engine::accounts::CODE_S;
use twinshore_server::{Published, Running, Source};
use twinshore_simulator::{Invitation, Notice, Workshop};

use super::invitation::invitation;
use super::users;
use crate::output;

/// Notices kept for a page that is opened later.
const NOTICES_KEPT: usize = 50;

/// The development server as the page and the terminal see it.
pub struct Bench {
    running: Arc<Running>,
    reached_at: String,
    people: Vec<String>,
    notices: watch::Sender<Vec<Notice>>,
    last: Mutex<u64>,
}

impl Bench {
    /// Over a server that runs.
    pub fn new(running: Arc<Running>, reached_at: String, people: Vec<String>) -> Self {
        Self { running, reached_at, people, notices: watch::channel(Vec::new()).0, last: Mutex::new(0) }
    }

    /// Address at which phones reach the main server.
    pub fn reached_at(&self) -> &str {
        &self.reached_at
    }

    /// Port that it listens on.
    pub fn port(&self) -> u16 {
        self.running.address().port()
    }

    /// Serves a configuration from now on, and tells what became of it.
    pub async fn publish(&self, saved: &str, published: Published) {
        match self.running.publish(Source::Published(Box::new(published))).await {
            Ok(publication) if !publication.changed => {
                self.tell(true, format!("{saved}: checked, the app stays as it was"), Vec::new())
            }
            Ok(publication) => {
                if let Err(error) = users::add(&self.running.engine(), &self.people) {
                    tracing::warn!(%error, "people could not be given the roles of the configuration");
                }
                let text = format!("{saved}: published, open phones follow");
                self.tell(
                    true,
                    text,
                    publication
                        .obstacles
                        .iter()
                        .map(|why| format!("phones that are offline work on their own until they follow: {why}"))
                        .collect(),
                );
            }
            Err(error) => {
                self.tell(false, format!("{saved}: not published, phones go on with what they have"), vec![error.to_string()]);
            }
        }
    }

    /// Tells something in the terminal and on the page.
    pub fn tell(&self, good: bool, text: String, lines: Vec<String>) {
        lines.iter().for_each(output::line);
        output::line(&text);
        let number = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            *last += 1;
            *last
        };
        let time = chrono::Local::now().format("%H:%M:%S").to_string();
        self.notices.send_modify(|notices| {
            notices.push(Notice { number, time, good, text, lines });
            let more = notices.len().saturating_sub(NOTICES_KEPT);
            notices.drain(..more);
        });
    }
}

impl Workshop for Bench {
    fn notices(&self) -> watch::Receiver<Vec<Notice>> {
        self.notices.subscribe()
    }

    fn invite(&self, user: &str) -> Result<Invitation, String> {
        invitation(&self.running.engine(), &self.reached_at, user, CODE_S).map_err(|error| error.to_string())
    }
}
