//! One run, page by page: first the names of all connections, then each with its edges and its jobs. Never holds more
//! connections than a page.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::connector::ReadRequest;
use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::output::{Output, or_skip};
use serde_json::Value;

use crate::airbyte::{Airbyte, Items, label, nothing};
use crate::config::Config;
use crate::connection::{Side, Workspace};
use crate::ends::Ends;
use crate::lineage::Lineage;
use crate::names::{Names, Taken};
use crate::pipeline::Named;
use crate::runs::Runs;

/// What is read so far.
pub struct Read<'a> {
    airbyte: &'a dyn Airbyte,
    config: &'a Config,
    out: &'a mut dyn Output,
    names: Names,
    ends: Ends,
    lineage: Lineage<'a>,
    runs: Runs<'a>,
    /// Why no more jobs are asked for.
    stopped: Option<metahost_plugin_sdk::Error>,
    /// Whether every connection could be read.
    whole: bool,
}

impl<'a> Read<'a> {
    /// Nothing read yet.
    pub fn new(
        airbyte: &'a dyn Airbyte,
        config: &'a Config,
        request: &ReadRequest,
        out: &'a mut dyn Output,
    ) -> Result<Self> {
        let (lineage, runs) = (Lineage::new(airbyte, config), Runs::new(airbyte, config, request)?);
        let (names, ends) = (Names::default(), Ends::new(config.versions));
        Ok(Self { airbyte, config, out, names, ends, lineage, runs, stopped: None, whole: true })
    }

    /// Reads everything. Jobs that can't be had any more cost no pipeline.
    pub fn run(mut self) -> Result<()> {
        let workspaces = self.workspaces()?;
        for workspace in &workspaces {
            self.connections(workspace)?;
        }
        let listed = self.whole;
        self.count();
        if self.whole && self.ends.whole() {
            self.out.complete(&[], "pipeline", Some(self.names.taken() as u64))?;
        }
        if let Some(error) = self.stopped {
            return Err(error);
        }
        if listed {
            self.runs.cursor.keep(|id| self.names.contains(id));
        }
        self.out.checkpoint(&self.runs.cursor.bytes()?)
    }

    /// The workspaces whose connections can be listed. Their names are known then.
    fn workspaces(&mut self) -> Result<Vec<Workspace>> {
        let all = self.readable(self.airbyte.workspaces(&self.config.workspaces)?)?;
        let count = all.len();
        let mut listed = Vec::new();
        for workspace in all {
            let learned = self.learn(&workspace);
            match or_skip(self.out, &["workspace", &workspace.name], learned)? {
                Some(()) => listed.push(workspace),
                None => self.whole = false,
            }
        }
        match (self.names.is_empty() && self.whole, count) {
            (true, 0) => Err(nothing("no workspace")),
            (true, _) => Err(nothing("no connection in any workspace")),
            (false, _) => Ok(listed),
        }
    }

    /// The workspaces that could be read; the others are named and left out.
    fn readable(&mut self, items: Items<Workspace>) -> Result<Vec<Workspace>> {
        let mut found = Vec::new();
        for (name, item) in items {
            let item = or_skip(self.out, &["workspace", &name], item)?;
            self.whole &= item.is_some();
            found.extend(item);
        }
        Ok(found)
    }

    fn learn(&mut self, workspace: &Workspace) -> Result<()> {
        for page in self.airbyte.connections(workspace) {
            for row in &page? {
                self.names.learn(workspace, row);
            }
        }
        Ok(())
    }

    fn connections(&mut self, workspace: &Workspace) -> Result<()> {
        for page in self.airbyte.connections(workspace) {
            match or_skip(self.out, &["workspace", &workspace.name], page)? {
                Some(rows) => self.page(workspace, rows)?,
                None => self.whole = false,
            }
        }
        Ok(())
    }

    fn page(&mut self, workspace: &Workspace, rows: Vec<Value>) -> Result<()> {
        let mut all = Vec::new();
        for row in rows {
            all.extend(self.connection(workspace, row)?);
        }
        self.ends.learn(self.airbyte, all.iter().map(|of| &of.connection), self.out)?;
        for of in &all {
            self.pipeline(of)?;
        }
        all.iter().try_for_each(|of| self.lineage.emit(of, &self.ends, self.out))?;
        if self.stopped.is_none() {
            self.stopped = self.runs.emit(&all, self.out).err();
        }
        self.out.progress("connections", self.names.taken() as u64, Some(self.names.len() as u64));
        Ok(())
    }

    /// A row's connection, if it is one to be read and can be.
    fn connection(&mut self, workspace: &Workspace, row: Value) -> Result<Option<Named>> {
        let label = label(&row, "connectionId");
        match self.names.take(&row) {
            Taken::Again => return Ok(None),
            Taken::New => {
                self.out.skipped(&[&workspace.name, &label], "it came while others were read; the next run has it");
                self.whole = false;
                return Ok(None);
            }
            Taken::Now => {}
        }
        let Some(connection) = or_skip(self.out, &[&workspace.name, &label], self.airbyte.connection(row))? else {
            self.whole = false;
            return Ok(None);
        };
        let name = self.names.of(workspace, &connection.id, &connection.name);
        Ok(Some(Named { name, workspace: workspace.id.clone(), connection }))
    }

    fn pipeline(&mut self, of: &Named) -> Result<()> {
        let source = self.ends.get(Side::Source, &of.connection.source);
        let destination = self.ends.get(Side::Destination, &of.connection.destination);
        self.out.entity(Entity::Pipeline(of.entity(self.config, source, destination)))
    }

    /// Tells what was listed at first and not again.
    fn count(&mut self) {
        let (taken, all) = (self.names.taken(), self.names.len());
        if self.whole && taken < all {
            let reason = format!("Airbyte listed {all} at first and {taken} of them again; nothing counts as gone");
            self.out.skipped(&["connections"], &reason);
            self.whole = false;
        }
    }
}
