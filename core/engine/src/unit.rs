//! A unit of work: one call's view of the database.
//!
//! Reads on a reader until the first write, then holds the writer in a transaction. Nested transactions are savepoints.
//! What is not committed is rolled back when the unit ends.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use twinshore_metadata::{Configuration, ObjectDefinition, ObjectName, Ref};
use twinshore_protocol::NodeCode;
use twinshore_words::{Argument, error_text, say_with};

use crate::rights::UserRights;
use crate::storage::Lease;
use crate::{ChangeNotice, Engine, EngineError};

/// One call's view of the database. Used through `Rc`, on one thread.
pub struct Unit {
    engine: Engine,
    user: Arc<UserRights>,
    lease: RefCell<Option<Rc<Lease>>>,
    depth: Cell<u32>,
    loading: RefCell<Option<NodeCode>>,
    touched: RefCell<Vec<Ref>>,
    touched_objects: RefCell<Vec<ObjectName>>,
}

impl Unit {
    /// A unit for a user.
    pub fn new(engine: &Engine, user: Arc<UserRights>) -> Self {
        Self {
            engine: engine.clone(),
            user,
            lease: RefCell::new(None),
            depth: Cell::new(0),
            loading: RefCell::new(None),
            touched: RefCell::default(),
            touched_objects: RefCell::default(),
        }
    }

    /// The engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The user.
    pub fn user(&self) -> &UserRights {
        &self.user
    }

    /// A text for the user, in their language.
    pub fn say(&self, key: &str, arguments: &[(&str, Argument)]) -> String {
        say_with(&self.user.language, key, arguments)
    }

    /// What the user reads of an error.
    pub fn error_text(&self, error: EngineError) -> String {
        error_text(&self.user.language, &error.into())
    }

    /// The configuration.
    pub fn configuration(&self) -> &Configuration {
        &self.engine.bundle().configuration
    }

    /// An object's definition.
    ///
    /// # Errors
    /// `NotInComposition` if it exists on the main server only (C10), a refusal if nowhere.
    pub fn object(&self, name: &ObjectName) -> Result<&ObjectDefinition, EngineError> {
        match self.configuration().object(name) {
            Some(object) => Ok(object),
            None if self.engine.is_standalone() => Err(EngineError::not_in_composition(name)),
            None => Err(EngineError::refused(format!("There is no {name} in the configuration."))),
        }
    }

    /// A connection for reading: the writer if the unit writes.
    ///
    /// # Errors
    /// If the database can't be opened.
    pub fn connection(&self) -> Result<Rc<Lease>, EngineError> {
        let mut lease = self.lease.borrow_mut();
        if let Some(lease) = &*lease {
            return Ok(Rc::clone(lease));
        }
        let new = Rc::new(self.engine.database().reader()?);
        *lease = Some(Rc::clone(&new));
        Ok(new)
    }

    /// The writer, in a transaction. A unit that was reading goes over to the writer.
    ///
    /// # Errors
    /// If the writer is not to be had.
    fn writing(&self) -> Result<Rc<Lease>, EngineError> {
        if let Some(lease) = &*self.lease.borrow()
            && lease.is_writer()
        {
            return Ok(Rc::clone(lease));
        }
        let writer = Rc::new(self.engine.database().writer()?);
        *self.lease.borrow_mut() = Some(Rc::clone(&writer));
        Ok(writer)
    }

    /// Runs `work` in a transaction: all of it or nothing. Inside another one it is a savepoint.
    ///
    /// # Errors
    /// Those of `work`; everything it wrote is undone then.
    pub fn transaction<T>(&self, work: impl FnOnce(&Lease) -> Result<T, EngineError>) -> Result<T, EngineError> {
        self.begin()?;
        let lease = self.writing()?;
        match work(&lease) {
            Ok(result) => {
                self.commit()?;
                Ok(result)
            }
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    /// Begins a transaction or a savepoint.
    ///
    /// # Errors
    /// If the writer is not to be had.
    pub fn begin(&self) -> Result<(), EngineError> {
        let lease = self.writing()?;
        let depth = self.depth.get();
        if depth == 0 {
            lease.execute_batch("BEGIN IMMEDIATE")?;
        } else {
            lease.execute_batch(&format!("SAVEPOINT s{depth}"))?;
        }
        self.depth.set(depth + 1);
        Ok(())
    }

    /// Ends the innermost transaction well. The outermost one tells who listens what changed, after the commit.
    ///
    /// # Errors
    /// `StorageFull` and the like; the transaction is rolled back then.
    pub fn commit(&self) -> Result<(), EngineError> {
        let depth = self.depth.get();
        let Some(inner) = depth.checked_sub(1) else {
            return Err(EngineError::refused("There is no transaction to commit."));
        };
        let lease = self.writing()?;
        if inner > 0 {
            lease.execute_batch(&format!("RELEASE s{inner}"))?;
            self.depth.set(inner);
            return Ok(());
        }
        if let Err(error) = lease.execute_batch("COMMIT") {
            self.rollback()?;
            return Err(error.into());
        }
        self.depth.set(0);
        drop(lease);
        self.lease.borrow_mut().take();
        let notice = ChangeNotice {
            references: self.touched.borrow_mut().drain(..).collect(),
            objects: self.touched_objects.borrow_mut().drain(..).collect(),
            loaded: self.loading.borrow().is_some(),
        };
        if !notice.objects.is_empty() {
            self.engine.notify(notice);
        }
        Ok(())
    }

    /// Undoes the innermost transaction.
    ///
    /// # Errors
    /// If the database fails.
    pub fn rollback(&self) -> Result<(), EngineError> {
        let depth = self.depth.get();
        let Some(inner) = depth.checked_sub(1) else { return Ok(()) };
        let lease = self.writing()?;
        if inner > 0 {
            lease.execute_batch(&format!("ROLLBACK TO s{inner}; RELEASE s{inner}"))?;
        } else {
            if !lease.is_autocommit() {
                lease.execute_batch("ROLLBACK")?;
            }
            self.touched.borrow_mut().clear();
            self.touched_objects.borrow_mut().clear();
            drop(lease);
            self.lease.borrow_mut().take();
        }
        self.depth.set(inner);
        Ok(())
    }

    /// True inside a transaction (R8).
    pub fn in_transaction(&self) -> bool {
        self.depth.get() > 0
    }

    /// From now on data are loaded by the exchange (X5): no handlers, no checks of filling, no rights.
    pub fn load_from(&self, sender: NodeCode) {
        *self.loading.borrow_mut() = Some(sender);
    }

    /// Ends loading.
    pub fn end_loading(&self) {
        self.loading.borrow_mut().take();
    }

    /// Sender of the data being loaded.
    pub fn sender(&self) -> Option<NodeCode> {
        self.loading.borrow().clone()
    }

    /// True while data are loaded.
    pub fn is_loading(&self) -> bool {
        self.loading.borrow().is_some()
    }

    /// Remembers what the commit will tell.
    pub fn touch(&self, object: &ObjectName, reference: Option<&Ref>) {
        let mut objects = self.touched_objects.borrow_mut();
        if !objects.contains(object) {
            objects.push(object.clone());
        }
        if let Some(reference) = reference {
            self.touched.borrow_mut().push(reference.clone());
        }
    }
}
