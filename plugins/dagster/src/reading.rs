//! One read from code locations to runs. Never emits what refers to a pipeline before the pipeline.

use std::collections::BTreeSet;
use std::rc::Rc;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::connector::ReadRequest;
use metahost_plugin_sdk::entities::{Entity, Pipeline};
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};

use crate::answer::{Asset, Key};
use crate::assets::{self, Kept};
use crate::config::{Config, Mode};
use crate::graphql::Server;
use crate::group::Group;
use crate::makers::Makers;
use crate::schedule::Triggers;
use crate::workspace::{self, Code};
use crate::{checks, executions, jobs, lineage, runs, tables};

/// How far a read came.
pub struct Reading<'a> {
    server: &'a Server,
    config: &'a Config,
    out: &'a mut dyn Output,
    pipelines: u64,
    whole: bool,
    assets: Vec<Kept>,
    checks: Vec<checks::Known>,
    refusals: BTreeSet<String>,
}

impl<'a> Reading<'a> {
    /// Nothing read yet.
    pub fn new(server: &'a Server, config: &'a Config, out: &'a mut dyn Output) -> Self {
        let (assets, checks, refusals) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { server, config, out, pipelines: 0, whole: true, assets, checks, refusals }
    }

    /// Pipelines first, then what refers to them; the cursor moves when all of it was given.
    pub fn run(mut self, request: &ReadRequest) -> Result<()> {
        let found = workspace::code(self.server, self.out)?;
        self.whole = found.whole;
        for code in &found.code {
            self.code(code)?;
        }
        if self.whole {
            self.out.complete(&[], "pipeline", Some(self.pipelines))?;
        }
        lineage::emit(&self.config.tables, &self.assets, self.out)?;
        let makers = Makers::new(&self.assets);
        let reader = runs::Reader { server: self.server, config: self.config, code: &found.code, makers: &makers };
        let changed = reader.emit(request, self.out)?;
        let (server, checks, limit) = (self.server, &self.checks, self.config.page_size);
        executions::Reader { server, checks, changed: &changed, limit }.emit(self.out)?;
        self.tell();
        changed.next.map_or(Ok(()), |next| self.out.checkpoint(next.to_string().as_bytes()))
    }

    fn code(&mut self, code: &Code) -> Result<()> {
        let triggers = Triggers::read(self.server, code);
        let triggers = or_skip(self.out, &[&code.location, "schedules and sensors"], triggers)?.unwrap_or_default();
        if self.config.mode == Mode::Job {
            self.jobs(code, &triggers)?;
        }
        let origin = Rc::new((code.location.clone(), code.repository.clone()));
        for name in code.groups(self.config) {
            let keys = assets::keys(self.server, code, name);
            if let Some(keys) = self.or_skip(keys, &[&code.location, name])? {
                self.group(code, &origin, name, &keys, &triggers)?;
            }
        }
        Ok(())
    }

    fn jobs(&mut self, code: &Code, triggers: &Triggers) -> Result<()> {
        for job in &code.jobs {
            let read = jobs::read(self.server, self.config, code, triggers, job);
            if let Some(pipeline) = self.or_skip(read, &[&code.location, job])? {
                self.pipeline(pipeline)?;
            }
        }
        Ok(())
    }

    fn group(
        &mut self,
        code: &Code,
        origin: &Rc<(String, String)>,
        group: &str,
        keys: &[Key],
        triggers: &Triggers,
    ) -> Result<()> {
        let name: Rc<str> = format!("{}/{group}", code.prefix()).into();
        let mut whole = Group::default();
        for page in keys.chunks(self.config.asset_page_size) {
            let found = assets::read(self.server, code, group, page, self.out)?;
            self.whole &= found.len() == page.len();
            let is_unread = |key: &&Key| found.iter().all(|asset| asset.key != **key);
            page.iter().filter(is_unread).for_each(|key| whole.add_unread(key));
            for asset in found {
                let pipelines = match self.config.mode {
                    Mode::AssetGroup => {
                        whole.add(&asset, keys, self.config);
                        vec![Rc::clone(&name)]
                    }
                    Mode::Asset => {
                        let name: Rc<str> = format!("{}/{}", code.prefix(), asset.key.text()).into();
                        self.pipeline(Group::single(&name, &asset, self.config, triggers))?;
                        vec![name]
                    }
                    Mode::Job => jobs_of(code, &asset),
                };
                self.keep(asset, origin, pipelines)?;
            }
        }
        if self.config.mode == Mode::AssetGroup {
            self.pipeline(whole.pipeline(&name, group, code, self.config, triggers))?;
        }
        Ok(())
    }

    /// Tells the asset's table what is known of it, and keeps what lineage and runs need.
    fn keep(&mut self, asset: Asset, origin: &Rc<(String, String)>, pipelines: Vec<Rc<str>>) -> Result<()> {
        let wanted = &self.config.tables;
        let table = tables::table(wanted, &asset.key, Some(&asset));
        if let Some(table) = &table {
            if let Some(annotation) = wanted.annotate.then(|| tables::annotation(table, &asset)).flatten() {
                self.out.annotation(annotation)?;
            }
            if wanted.checks {
                checks::emit(table, &asset, &mut self.checks, self.out)?;
            }
        }
        self.refusals.extend(asset.checks.iter().filter_map(|checks| checks.message.clone()));
        self.assets.push(Kept::new(asset, origin, table, pipelines));
        Ok(())
    }

    fn pipeline(&mut self, pipeline: Pipeline) -> Result<()> {
        self.pipelines += 1;
        self.out.entity(Entity::Pipeline(pipeline))
    }

    /// One item that Dagster can't tell is named and left out; a server that is gone or refuses ends the read.
    fn or_skip<T>(&mut self, read: Result<T>, path: &[&str]) -> Result<Option<T>> {
        let found = or_skip(self.out, path, read)?;
        self.whole &= found.is_some();
        Ok(found)
    }

    /// What is true of the whole server is told once.
    fn tell(&mut self) {
        for refusal in &self.refusals {
            self.out.skipped(&["checks"], refusal);
        }
        let unknown = self.server.unknown();
        if !unknown.is_empty() {
            let fields = [("unknown", unknown.join(", "))];
            self.out.note(Level::Info, "this Dagster is older: what it does not know was not asked", &fields);
        }
    }
}

/// The jobs that make an asset, without those that are Dagster's own.
fn jobs_of(code: &Code, asset: &Asset) -> Vec<Rc<str>> {
    let named = asset.job_names.iter().filter(|job| code.jobs.contains(job));
    named.map(|job| jobs::name(code, job).into()).collect()
}
