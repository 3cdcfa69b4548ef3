//! OpenMetadata's own test definitions: their names, what they are about, and the parameters they take. Data only; what
//! they mean is the profiler's to know.

/// What a test is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestSubject {
    /// A column of a table.
    Column,
    /// A table.
    Table,
}

/// A parameter of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestParameter {
    /// Its name.
    pub name: &'static str,
    /// Whether a test can't do without.
    pub is_required: bool,
}

/// A test definition of OpenMetadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestDefinition {
    /// Its name.
    pub name: &'static str,
    /// What its tests are about.
    pub subject: TestSubject,
    /// What its tests may be given.
    pub parameters: &'static [TestParameter],
}

const fn must(name: &'static str) -> TestParameter {
    TestParameter { name, is_required: true }
}

const fn may(name: &'static str) -> TestParameter {
    TestParameter { name, is_required: false }
}

const fn column(name: &'static str, parameters: &'static [TestParameter]) -> TestDefinition {
    TestDefinition { name, subject: TestSubject::Column, parameters }
}

const fn table(name: &'static str, parameters: &'static [TestParameter]) -> TestDefinition {
    TestDefinition { name, subject: TestSubject::Table, parameters }
}

/// The definitions that tests can have here.
pub const TEST_DEFINITIONS: [TestDefinition; 24] = [
    column("columnValuesToBeNotNull", &[]),
    column("columnValuesToBeUnique", &[]),
    column("columnValuesToBeBetween", &[may("minValue"), may("maxValue")]),
    column("columnValuesToBeInSet", &[must("allowedValues"), may("matchEnum")]),
    column("columnValuesToBeNotInSet", &[must("forbiddenValues")]),
    column("columnValuesToMatchRegex", &[must("regex")]),
    column("columnValuesToNotMatchRegex", &[must("forbiddenRegex")]),
    column("columnValueLengthsToBeBetween", &[may("minLength"), may("maxLength")]),
    column("columnValueMinToBeBetween", &[may("minValueForMinInCol"), may("maxValueForMinInCol")]),
    column("columnValueMaxToBeBetween", &[may("minValueForMaxInCol"), may("maxValueForMaxInCol")]),
    column("columnValueMeanToBeBetween", &[may("minValueForMeanInCol"), may("maxValueForMeanInCol")]),
    column("columnValueMedianToBeBetween", &[may("minValueForMedianInCol"), may("maxValueForMedianInCol")]),
    column("columnValueStdDevToBeBetween", &[may("minValueForStdDevInCol"), may("maxValueForStdDevInCol")]),
    column("columnValuesSumToBeBetween", &[may("minValueForColSum"), may("maxValueForColSum")]),
    column("columnValuesMissingCount", &[must("missingCountValue"), may("missingValueMatch")]),
    table("tableRowCountToEqual", &[must("value")]),
    table("tableRowCountToBeBetween", &[may("minValue"), may("maxValue")]),
    table("tableColumnCountToEqual", &[must("columnCount")]),
    table("tableColumnCountToBeBetween", &[may("minColValue"), may("maxColValue")]),
    table("tableColumnNameToExist", &[must("columnName")]),
    table("tableColumnToMatchSet", &[must("columnNames"), may("ordered")]),
    table(
        "tableRowInsertedCountToBeBetween",
        &[may("min"), may("max"), must("columnName"), must("rangeType"), must("rangeInterval")],
    ),
    table("tableCustomSQLQuery", &[must("sqlExpression"), may("strategy"), may("operator"), may("threshold")]),
    table("tableDataToBeFresh", &[must("column"), must("timeSinceUpdate"), may("timeUnit")]),
];

impl TestDefinition {
    /// The definition of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TEST_DEFINITIONS.iter().find(|definition| definition.name == name)
    }

    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&'static TestParameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_none_is_there_twice() {
        for definition in &TEST_DEFINITIONS {
            assert_eq!(TestDefinition::named(definition.name), Some(definition));
            let is_of_column = definition.name.starts_with("column");
            assert_eq!(definition.subject == TestSubject::Column, is_of_column, "{}", definition.name);
        }
        let regex = TestDefinition::named("columnValuesToMatchRegex").unwrap();
        assert!(regex.parameter("regex").unwrap().is_required && regex.parameter("forbiddenRegex").is_none());
        assert_eq!(TestDefinition::named("tableDiff"), None);
    }
}
