//! Tests of tables: which there are, from the configuration and from the catalog, and their results on the way to the
//! catalog, each once a run. How a test is decided is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use metahost_model::{EntityKind, EntityPath, Fqn, Record, RecordKind, TestCase, TestDefinition};
use metahost_profile::quality::Verdict;

use super::Pipeline;
use super::admit::Stop;
use super::profile::Told;
use super::resolve::Resolved;
use crate::incoming::{Incoming, Receipt};
use crate::profile::{PLATFORM, TableTest, Tests};
use crate::seen::key;

/// The split of what no split of the source told.
const STAGE: &str = "\0tests";

impl Pipeline {
    /// Gathers the tests of this run: those of the configuration, and those that people defined in the catalog.
    pub(super) async fn prepare_tests(&mut self) {
        let Some(profile) = &self.options.profile else { return };
        let wanted = profile.tests.clone();
        let held = match self.stopped() {
            Some(_) => None,
            None => match self.catalog.tests(&self.service).await {
                Ok(held) => held,
                Err(error) => {
                    self.catalog_failed(&error);
                    None
                }
            },
        };
        let names: Option<BTreeSet<Fqn>> =
            held.as_ref().map(|held| held.iter().map(|case| self.test_name(case)).collect());
        let mut configured = BTreeSet::new();
        for case in wanted.configured.iter().filter(|case| wanted.wants(&case.table)) {
            let name = self.test_name(case);
            let is_missing = names.as_ref().is_some_and(|names| !names.contains(&name));
            configured.insert(name);
            self.await_test(TableTest { case: case.clone(), is_configured: true, is_missing });
        }
        for case in held.into_iter().flatten().filter(|case| wanted.wants(&case.table)) {
            // The configuration says what a test is that both have.
            if !configured.contains(&self.test_name(&case)) {
                self.await_held(case);
            }
        }
    }

    fn test_name(&self, case: &TestCase) -> Fqn {
        case.below(&Fqn::new(&self.service.name, &case.table))
    }

    fn await_held(&mut self, case: TestCase) {
        if self.filtered_table(&case.table) {
            return;
        }
        if TestDefinition::named(&case.definition).is_none() {
            self.tests.get_or_insert_default().not_run += 1;
            self.account.warn(format!("tests of the definition {} are not run by metahost", case.definition));
            return;
        }
        self.await_test(TableTest { case, is_configured: false, is_missing: false });
    }

    fn await_test(&mut self, test: TableTest) {
        self.testing.entry(test.case.table.clone()).or_default().push(test);
    }

    fn filtered_table(&self, table: &EntityPath) -> bool {
        self.options.filters.filtered(&self.service, EntityKind::Table, table).is_some()
    }

    /// Tables that have tests and of which the source told nothing are looked at, too.
    pub(super) fn with_tested(&self, mut told: BTreeMap<EntityPath, Told>) -> BTreeMap<EntityPath, Told> {
        for table in self.testing.keys() {
            told.entry(table.clone()).or_default();
        }
        told
    }

    /// The tests of a table.
    pub(super) fn tests_of(&self, table: &EntityPath) -> Vec<TestCase> {
        self.testing.get(table).into_iter().flatten().map(|test| test.case.clone()).collect()
    }

    /// Books the verdicts about a table's tests and writes them as results.
    pub(super) async fn write_results(&mut self, table: &EntityPath, verdicts: Vec<Verdict>) {
        // Without verdicts the run ended before their turn.
        if verdicts.is_empty() {
            return;
        }
        for (test, verdict) in self.testing.remove(table).unwrap_or_default().into_iter().zip(verdicts) {
            self.tests.get_or_insert_default().add(&test.case, &verdict);
            if test.is_configured {
                self.write_case(&test).await;
            }
            self.write_result(&test, verdict).await;
        }
    }

    async fn write_case(&mut self, test: &TableTest) {
        let record = Record::TestCase(Box::new(TestCase { platform: PLATFORM.to_owned(), ..test.case.clone() }));
        let Some(incoming) = self.emit(RecordKind::TestCase, record) else { return };
        let is_same = matches!(self.resolve(&incoming).await, Err(Stop::Unchanged));
        if !(test.is_missing && is_same) {
            return self.place(incoming).await;
        }
        // It was written once and deleted in the catalog since.
        match self.needed(&test.case.target()).await {
            Ok(table) => self.send_on(incoming, Resolved::of(vec![table], Vec::new(), false)).await,
            Err(stop) => self.count(&incoming.receipt, stop),
        }
    }

    async fn write_result(&mut self, test: &TableTest, verdict: Verdict) {
        let case = key(RecordKind::TestCase, self.test_name(&test.case).as_str());
        let record = Record::TestResult(Box::new(test.result(verdict, self.began)));
        let Some(incoming) = self.emit(RecordKind::TestResult, record) else { return };
        match self.needed(&test.case.target()).await {
            Ok(table) => self.send_on(incoming, Resolved::once(table, case)).await,
            Err(stop) => self.count(&incoming.receipt, stop),
        }
    }

    /// Counts a record that this program makes itself. None if it goes no further.
    fn emit(&mut self, kind: RecordKind, record: Record) -> Option<Incoming> {
        let at = self.checkpoints.open(&Arc::from(STAGE));
        let receipt = Receipt::new(&self.service, kind, at, &record);
        self.account.ledger.emitted(kind);
        match self.first_look(&receipt, &record) {
            Ok(fingerprint) => Some(Incoming::new(receipt, fingerprint, record)),
            Err(stop) => {
                self.count(&receipt, stop);
                None
            }
        }
    }

    /// Tests whose turn never came, because the run ended: they are told of, and nothing is written.
    pub(super) fn abandon_tests(&mut self) {
        let reason = self.stopped().unwrap_or("its table could not be read back");
        let verdict = Verdict::aborted(format!("not run: {reason}"));
        for test in std::mem::take(&mut self.testing).into_values().flatten() {
            self.tests.get_or_insert_with(Tests::default).add(&test.case, &verdict);
        }
    }
}
