//! Whatever people do on both sides and whatever the link loses: in the end all have the same data, and every value that nobody
//! replaced knowingly is there or in the journal of conflicts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use twinshore_protocol::{ExchangePage, UploadResponse};

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Edit {
        place: usize,
        item: usize,
        field: usize,
    },
    Create {
        place: usize,
    },
    Delete {
        place: usize,
        item: usize,
    },
    /// A message goes up; the answer comes back or not.
    Send {
        device: usize,
        answered: bool,
    },
    /// A page comes down so many times.
    Receive {
        device: usize,
        times: usize,
    },
    /// The device's position is lost with a restored backup.
    Forget {
        device: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3_usize, 0..6_usize, 0..2_usize).prop_map(|(place, item, field)| Step::Edit { place, item, field }),
        1 => (0..3_usize).prop_map(|place| Step::Create { place }),
        1 => (0..3_usize, 0..6_usize).prop_map(|(place, item)| Step::Delete { place, item }),
        4 => (0..2_usize, any::<bool>()).prop_map(|(device, answered)| Step::Send { device, answered }),
        3 => (0..2_usize, 0..3_usize).prop_map(|(device, times)| Step::Receive { device, times }),
        1 => (0..2_usize).prop_map(|device| Step::Forget { device }),
    ]
}

const FIELDS: [(&str, [&str; 2]); 2] = [("Catalog.Goods", ["Description", "Code"]), ("Document.Orders", ["Comment", "Number"])];

struct Story {
    world: World,
    devices: Vec<Device>,
    items: Vec<Ref>,
    next: u32,
    /// Values nobody has replaced after seeing them, with their place.
    alive: BTreeMap<String, (Ref, &'static str)>,
    deleted: Vec<Ref>,
}

impl Story {
    fn new() -> Self {
        let world = World::new();
        let customer = world.main.add("Catalog.Counterparties", &[("Description", "Cafe".into())]);
        let items = vec![
            world.main.add("Catalog.Goods", &[("Description", "first".into())]),
            world.main.add("Document.Orders", &[("Counterparty", customer.into())]),
        ];
        let devices = vec![world.device(), world.device()];
        Self { world, devices, items, next: 0, alive: BTreeMap::new(), deleted: Vec::new() }
    }

    fn base(&self, place: usize) -> &Fixture {
        if place == 0 { &self.world.main } else { &self.devices[place - 1].base }
    }

    fn value(&mut self) -> String {
        self.next += 1;
        format!("v{}", self.next)
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Edit { place, item, field } => {
                let item = self.items[item % self.items.len()].clone();
                let (_, fields) = FIELDS.iter().find(|(object, _)| *object == item.object.to_string()).expect("known");
                let Some(before) = get(self.base(place), &item, fields[field]) else { return };
                let value = self.value();
                set(self.base(place), &item, fields[field], value.as_str());
                self.alive.remove(before.as_text().unwrap_or_default());
                self.alive.insert(value, (item, fields[field]));
            }
            Step::Create { place } => {
                let value = self.value();
                let item = self.base(place).add("Catalog.Goods", &[("Description", value.as_str().into())]);
                self.alive.insert(value, (item.clone(), "Description"));
                self.items.push(item);
            }
            Step::Delete { place, item } => {
                let item = self.items[item % self.items.len()].clone();
                if get(self.base(place), &item, "Code").is_some() {
                    objects::delete(&self.base(place).unit(), &item, &objects::NoHandlers).expect("deleted");
                    // Who deletes means all that is in it.
                    self.alive.retain(|_, (reference, _)| *reference != item);
                    self.deleted.push(item);
                }
            }
            Step::Send { device, answered } => {
                let device = &self.devices[device];
                if let Some(message) = device.exchange.next_message(3).expect("a message") {
                    let response: UploadResponse = self.world.run(self.world.peer.upload(message)).expect("taken");
                    if answered {
                        device.exchange.acknowledged(&response).expect("acknowledged");
                    }
                }
            }
            Step::Receive { device, times } => {
                let device = &self.devices[device];
                let request = device.exchange.request(2).expect("a request");
                let page: ExchangePage = self.world.run(self.world.peer.download(request)).expect("a page");
                for _ in 0..times {
                    device.exchange.apply_page(&page).expect("applied");
                }
            }
            Step::Forget { device } => {
                let writer = self.devices[device].base.engine.database().writer().expect("the writer");
                crate::schema::set_setting(&writer, "exchange.received", "99999999").expect("set");
                drop(writer);
                self.world.shake(&self.devices[device]);
            }
        }
    }

    fn check(&self) {
        for _ in 0..3 {
            self.devices.iter().for_each(|device| self.world.round(device));
        }
        for device in &self.devices {
            assert_eq!(device.exchange.state().expect("a state").pending, 0);
            assert!(attention(&device.base.unit()).expect("a list").is_empty());
            for item in &self.items {
                for (_, fields) in &FIELDS {
                    for field in fields {
                        assert_eq!(get(&device.base, item, field), get(&self.world.main, item, field), "{item} {field}");
                    }
                }
            }
        }
        let journal = conflicts(&self.world.main.unit()).expect("conflicts");
        for (value, (item, field)) in self.alive.iter().filter(|(_, (item, _))| !self.deleted.contains(item)) {
            let value = Value::from(value.as_str());
            let stands = get(&self.world.main, item, field) == Some(value.clone());
            let kept = journal.iter().any(|c| c.reference == *item && *c.losing.get(field) == value);
            assert!(stands || kept, "{value:?} of {field} vanished");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn x10_edits_on_all_sides_over_a_bad_link_converge_and_lose_nothing(steps in proptest::collection::vec(step(), 1..40)) {
        let mut story = Story::new();
        for step in &steps {
            story.run(step);
        }
        story.check();
    }
}
