//! What differs between the versions of OpenMetadata, as data. Nothing else in this folder compares versions.

use crate::error::{Error, ErrorKind};

/// The oldest and the newest version that is spoken.
const SPOKEN: (Version, Version) = (Version(1, 7), Version(2, 0));

/// Column types of every version that is spoken.
const DATA_TYPES: &str = "NUMBER TINYINT SMALLINT INT BIGINT BYTEINT BYTES FLOAT DOUBLE DECIMAL NUMERIC TIMESTAMP \
    TIMESTAMPZ TIME DATE DATETIME INTERVAL STRING MEDIUMTEXT TEXT CHAR LONG VARCHAR BOOLEAN BINARY VARBINARY ARRAY BLOB \
    LONGBLOB MEDIUMBLOB MAP STRUCT UNION SET GEOGRAPHY ENUM JSON UUID VARIANT GEOMETRY BYTEA AGGREGATEFUNCTION ERROR \
    FIXED RECORD NULL SUPER HLLSKETCH PG_LSN PG_SNAPSHOT TSQUERY TXID_SNAPSHOT XML MACADDR TSVECTOR UNKNOWN CIDR INET \
    CLOB ROWID LOWCARDINALITY YEAR POINT POLYGON TUPLE SPATIAL TABLE NTEXT IMAGE IPV4 IPV6 DATETIMERANGE HLL LARGEINT \
    QUANTILE_STATE AGG_STATE BITMAP UINT BIT MONEY";

/// Those that came later.
const LATER_DATA_TYPES: &str = "MEASURE KPI HEIRARCHY HIERARCHYID";

/// File formats of tables in every version that is spoken.
const FILE_FORMATS: &str = "csv tsv avro parquet json json.gz json.zip jsonl jsonl.gz jsonl.zip";

/// Those that came later.
const LATER_FILE_FORMATS: &str = "csv.gz pq pqt parq parquet.snappy MF4";

/// Chart types of every version that is spoken.
const CHART_TYPES: &str = "Line Table Bar Area Pie Histogram Scatter Text BoxPlot Other";

/// Those that came later.
const LATER_CHART_TYPES: &str = "SanKey Gauge Map Graph Heatmap Timeline";

/// Test platforms of the first versions.
const TEST_PLATFORMS: &str = "OpenMetadata GreatExpectations DBT Deequ Soda Other";

/// And of those that spell dbt as its makers do.
const LATER_TEST_PLATFORMS: &str = "OpenMetadata GreatExpectations dbt Deequ Soda Other";

/// Major and minor number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16, pub u16);

/// How one version wants to be spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Profile {
    /// As the server spells it.
    pub version: String,
    /// Domains are a list, not one name.
    pub has_domain_list: bool,
    /// Most collections take many entities in one call.
    pub has_bulk: bool,
    /// Test cases need a test suite of their table, made before.
    pub needs_test_suite: bool,
    /// Results of tests are posted to a collection of their own, not put under the test case.
    pub posts_test_results: bool,
    /// Test cases take tags.
    pub has_test_tags: bool,
    /// Charts take custom properties.
    pub has_chart_extension: bool,
    /// Data models of dashboards tell where a person can look at them.
    pub has_data_model_url: bool,
    /// Platforms of test definitions.
    test_platforms: &'static str,
    /// A data model names its dbt project.
    pub has_dbt_project: bool,
    /// A change of rows may be one that replaces them.
    pub has_write_operation: bool,
    /// Profiles tell which values make up how much of a column.
    pub has_cardinality_distribution: bool,
    /// Runs of pipelines carry their own id and end.
    pub has_run_id: bool,
    /// Service types that went away, and what stands for them.
    pub service_types: &'static [(&'static str, &'static str)],
    data_types: &'static [&'static str],
    file_formats: &'static [&'static str],
    chart_types: &'static [&'static str],
}

impl Profile {
    /// The profile for what `GET /system/version` says.
    pub fn for_version(text: &str) -> Result<Self, Error> {
        let version = parse(text).ok_or_else(|| refused(&format!("the server says its version is `{text}`")))?;
        if version < SPOKEN.0 {
            return Err(refused(&format!("the server is OpenMetadata {text}")));
        }
        if version > SPOKEN.1 {
            tracing::warn!(found = text, "the server is newer than any version tried; it is spoken to as 2.0");
        }
        Ok(Self::of(text, version))
    }

    fn of(text: &str, version: Version) -> Self {
        let since = |major, minor| version >= Version(major, minor);
        Self {
            version: text.to_owned(),
            posts_test_results: since(1, 8),
            needs_test_suite: !since(1, 8),
            has_domain_list: since(1, 9),
            has_bulk: since(1, 11),
            service_types: if since(1, 13) { &[("Iceberg", "CustomDatabase")] } else { &[] },
            has_test_tags: since(2, 0),
            has_chart_extension: since(2, 0),
            has_data_model_url: since(2, 0),
            test_platforms: if since(1, 11) { LATER_TEST_PLATFORMS } else { TEST_PLATFORMS },
            has_dbt_project: since(2, 0),
            has_write_operation: since(2, 0),
            has_cardinality_distribution: since(1, 10),
            has_run_id: since(2, 0),
            data_types: if since(2, 0) { &[DATA_TYPES, LATER_DATA_TYPES] } else { &[DATA_TYPES] },
            file_formats: if since(2, 0) { &[FILE_FORMATS, LATER_FILE_FORMATS] } else { &[FILE_FORMATS] },
            chart_types: if since(2, 0) { &[CHART_TYPES, LATER_CHART_TYPES] } else { &[CHART_TYPES] },
        }
    }

    /// The key that a domain stands under in an entity.
    pub fn domain_key(&self) -> &'static str {
        if self.has_domain_list { "domains" } else { "domain" }
    }

    /// The service type as this version names it.
    pub fn service_type<'t>(&self, wanted: &'t str) -> &'t str {
        self.service_types.iter().find(|(gone, _)| *gone == wanted).map_or(wanted, |(_, instead)| instead)
    }

    /// The platform of a test definition as this version spells it.
    pub fn test_platform(&self, name: &str) -> &'static str {
        self.test_platforms.split_ascii_whitespace().find(|known| known.eq_ignore_ascii_case(name)).unwrap_or("Other")
    }

    /// Whether this version takes a column type.
    pub fn has_data_type(&self, name: &str) -> bool {
        holds(self.data_types, name)
    }

    /// Whether this version takes a table's file format.
    pub fn has_file_format(&self, name: &str) -> bool {
        holds(self.file_formats, name)
    }

    /// Whether this version takes a chart type.
    pub fn has_chart_type(&self, name: &str) -> bool {
        holds(self.chart_types, name)
    }
}

fn holds(lists: &[&str], name: &str) -> bool {
    lists.iter().any(|list| list.split_ascii_whitespace().any(|known| known == name))
}

fn parse(text: &str) -> Option<Version> {
    let mut numbers = text.trim_start_matches('v').split(['.', '-']).map(str::parse);
    Some(Version(numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn refused(found: &str) -> Error {
    Error::new(ErrorKind::Version, format!("{found}; spoken are 1.7 to 2.0; use a server of these versions"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_gets_its_own_words() {
        let [old, middle, new] = ["1.7.7.4", "1.9.0-SNAPSHOT", "2.0.7"].map(|text| Profile::for_version(text).unwrap());
        assert_eq!([old.domain_key(), middle.domain_key(), new.domain_key()], ["domain", "domains", "domains"]);
        assert_eq!([old.has_bulk, middle.has_bulk, new.has_bulk], [false, false, true]);
        assert_eq!([old.needs_test_suite, middle.needs_test_suite], [true, false]);
        assert_eq!(old.service_type("Iceberg"), "Iceberg");
        assert_eq!(new.service_type("Iceberg"), "CustomDatabase");
        assert_eq!([old.test_platform("dbt"), new.test_platform("dbt")], ["DBT", "dbt"]);
        assert_eq!([old.test_platform("soda"), new.test_platform("my own")], ["Soda", "Other"]);
        assert!(new.has_file_format("pq") && !old.has_file_format("pq") && old.has_file_format("parquet"));
    }

    #[test]
    fn an_unspoken_version_is_refused_with_what_was_found() {
        for text in ["1.6.9", "0.13.1", "soon", ""] {
            let error = Profile::for_version(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Version);
            assert!(error.to_string().contains(text) && error.to_string().contains("1.7 to 2.0"), "{error}");
        }
        assert!(Profile::for_version("3.1.0").unwrap().has_bulk, "a newer one is spoken to as the newest known");
    }
}
