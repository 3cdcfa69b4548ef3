//! How often each table was read on which day, from the queries of a log. Told last: catalogs add reads up, so none may
//! be told twice.

use std::sync::Arc;

use metahost_catalog::Reference;
use metahost_model::{Endpoint, Fingerprint, Record, RecordKind, Usage};
use metahost_store::{Change, Space};
use time::OffsetDateTime;

use super::Pipeline;
use super::admit::Stop;
use super::draw::STAGE;
use super::resolve::Resolved;
use crate::incoming::{Incoming, Receipt};
use crate::lineage::TableDay;

const DAY_S: u64 = 86_400;

impl Pipeline {
    /// Tells the reads of this run, unless its rows will be told again.
    pub(super) async fn count_reads(&mut self) {
        let reads = self.log.take_reads();
        let is_told = self.options.queries.counts_reads && !self.checkpoints.holds();
        for day in reads.into_iter().filter(|_| is_told) {
            self.count_day(day).await;
        }
        self.drain().await;
    }

    async fn count_day(&mut self, told: TableDay) {
        let TableDay { table, day, executions, joins } = told;
        let key = format!("{}\0usage\0{}\0{day}", self.options.asset, table.fqn(&self.service.name));
        let key = self.keys.of(&key);
        let before = self.reads_before(&key);
        let new = if self.adds_up() { executions.count } else { executions.count.saturating_sub(before) };
        let usage = Usage {
            service: table.service.clone(),
            kind: table.kind,
            path: table.path.clone(),
            day: date(day),
            count: new,
            users: executions.users.into_iter().collect(),
            // Of what is told again nobody knows which of them are new.
            joins: if new == executions.count { joins } else { Vec::new() },
        };
        let record = Record::Usage(Box::new(usage));
        let at = self.checkpoints.open(&Arc::from(STAGE));
        let receipt = Receipt::new(&self.service, RecordKind::Usage, at, &record);
        self.account.ledger.emitted(RecordKind::Usage);
        let value = (before + new).to_string().into_bytes();
        match self.resolve_day(&table, &receipt, &record, new).await {
            Ok((fingerprint, target)) => {
                let resolved = Resolved::adding(target, Change::Put { space: Space::Counts, key, value });
                self.send_on(Incoming::new(receipt, fingerprint, record), resolved).await;
            }
            Err(stop) => self.count(&receipt, stop),
        }
    }
}

impl Pipeline {
    /// How many reads of a day were told by earlier runs.
    fn reads_before(&mut self, key: &str) -> u64 {
        // A state that can't be read has ended the run already.
        let kept = self.kept(Space::Counts, key).ok().flatten();
        kept.and_then(|value| String::from_utf8(value).ok()?.parse().ok()).unwrap_or_default()
    }

    async fn resolve_day(
        &mut self,
        table: &Endpoint,
        receipt: &Receipt,
        record: &Record,
        new: u64,
    ) -> Result<(Fingerprint, Reference), Stop> {
        let fingerprint = self.first_look(receipt, record)?;
        if new == 0 {
            return Err(Stop::Unchanged);
        }
        Ok((fingerprint, self.needed(table).await?))
    }
}

/// "2026-11-23" of days since 1970.
fn date(day: u64) -> String {
    let seconds = i64::try_from(day.saturating_mul(DAY_S)).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(|_| day.to_string(), |at| at.date().to_string())
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_are_dates() {
        assert_eq!([date(0), date(20_780)], ["1970-01-01", "2026-11-23"]);
    }
}
