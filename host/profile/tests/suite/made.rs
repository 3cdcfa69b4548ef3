//! Random columns: as Arrow has them, and as the values that a naive reader sees.

use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::types::Int64Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, FixedSizeBinaryArray,
    Float32Array, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray, UInt64Array, builder,
};
use arrow_buffer::{NullBuffer, i256};
use arrow_schema::{DataType, Field, Fields};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

/// A value as a naive reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Whole(i256),
    Real(f64),
    Text(Vec<u8>),
}

/// Entries of a leaf: rows, or elements of lists.
#[derive(Debug, Clone)]
pub struct Leaf {
    pub name: String,
    pub cells: Vec<Option<Cell>>,
    pub scale: i8,
    pub is_utf8: bool,
}

/// What a struct of these tests holds.
type Pair = (Option<i32>, Option<String>);

/// A column of some type.
#[derive(Debug, Clone)]
pub enum Made {
    Int(Vec<Option<i64>>),
    Unsigned(Vec<Option<u64>>),
    Bool(Vec<Option<bool>>),
    Real(Vec<Option<f64>>),
    Short(Vec<Option<f32>>),
    Decimal(Vec<Option<i128>>, i8),
    Widest(Vec<Option<i256>>, i8),
    Date(Vec<Option<i32>>),
    Moment(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<[u8; 5]>>),
    List(Vec<Option<Vec<Option<i64>>>>),
    Struct(Vec<Option<Pair>>),
    Items(Vec<Option<Vec<Option<Pair>>>>),
}

fn column<T: Strategy + Clone + 'static>(rows: usize, value: T) -> impl Strategy<Value = Vec<Option<T::Value>>>
where
    T::Value: Clone,
{
    // Few different values as often as many: dictionaries and their absence.
    let few = vec(value.clone(), 1..4).prop_flat_map(move |some| vec(weighted(0.8, prop::sample::select(some)), rows));
    let all = vec(value.clone().prop_map(Some), rows);
    prop_oneof![few, vec(weighted(0.8, value.clone()), rows), vec(weighted(0.02, value), rows), all]
}

fn real() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![8 => -1e6..1e6_f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY), 1 => Just(-0.0), 1 => Just(0.0)]
}

fn widest() -> impl Strategy<Value = i256> + Clone {
    (any::<u128>(), -(10_i128.pow(36))..10_i128.pow(36)).prop_map(|(low, high)| i256::from_parts(low, high))
}

fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof!["[a-c]{0,3}", "\\PC{0,12}", Just("żółw 日本 👩‍🚀".to_owned()), "[x]{300,320}"]
}

fn pair() -> impl Strategy<Value = (Option<i32>, Option<String>)> + Clone {
    (weighted(0.7, any::<i32>()), weighted(0.7, text())).boxed()
}

/// A column of so many rows.
pub fn made(rows: usize) -> impl Strategy<Value = Made> {
    let ninety = 10_i128.pow(38) - 1;
    prop_oneof![
        column(rows, prop_oneof![-20..20_i64, any::<i64>(), Just(i64::MIN), Just(i64::MAX)]).prop_map(Made::Int),
        column(rows, any::<u64>()).prop_map(Made::Unsigned),
        column(rows, any::<bool>()).prop_map(Made::Bool),
        column(rows, real()).prop_map(Made::Real),
        column(rows, real().prop_map(|value| value as f32)).prop_map(Made::Short),
        (column(rows, prop_oneof![-ninety..=ninety, Just(ninety), Just(-ninety)]), 0..10_i8)
            .prop_map(|(values, scale)| Made::Decimal(values, scale)),
        (column(rows, widest()), 0..10_i8).prop_map(|(values, scale)| Made::Widest(values, scale)),
        column(rows, prop_oneof![0..20_000_i32, any::<i32>()]).prop_map(Made::Date),
        column(rows, any::<i64>()).prop_map(Made::Moment),
        column(rows, text()).prop_map(Made::Text),
        column(rows, vec(any::<u8>(), 0..5)).prop_map(Made::Bytes),
        column(rows, any::<[u8; 5]>()).prop_map(Made::Fixed),
        column(rows, vec(weighted(0.7, -5..5_i64), 0..4)).prop_map(Made::List),
        column(rows, pair()).prop_map(Made::Struct),
        column(rows, vec(weighted(0.7, pair()), 0..4)).prop_map(Made::Items),
    ]
}

/// Columns of the same number of rows.
pub fn table() -> impl Strategy<Value = Vec<Made>> {
    prop_oneof![Just(0_usize), Just(1), 2..80_usize].prop_flat_map(|rows| vec(made(rows), 1..5))
}

fn cells<T: Clone>(values: &[Option<T>], cell: impl Fn(T) -> Cell) -> Vec<Option<Cell>> {
    values.iter().map(|value| value.clone().map(&cell)).collect()
}

fn whole(value: impl Into<i128>) -> Cell {
    Cell::Whole(i256::from_i128(value.into()))
}

impl Made {
    /// The leaves of a column of this name.
    pub fn leaves(&self, name: &str) -> Vec<Leaf> {
        let leaf = |name: &str, cells: Vec<Option<Cell>>, scale: i8, is_utf8: bool| Leaf {
            name: name.to_owned(),
            cells,
            scale,
            is_utf8,
        };
        let text = |text: String| Cell::Text(text.into_bytes());
        match self {
            Self::Int(values) | Self::Moment(values) => vec![leaf(name, cells(values, whole), 0, false)],
            Self::Unsigned(values) => vec![leaf(name, cells(values, whole), 0, false)],
            Self::Bool(values) => vec![leaf(name, cells(values, |value| whole(i64::from(value))), 0, false)],
            Self::Real(values) => vec![leaf(name, cells(values, Cell::Real), 0, false)],
            Self::Short(values) => vec![leaf(name, cells(values, |value| Cell::Real(f64::from(value))), 0, false)],
            Self::Decimal(values, scale) => vec![leaf(name, cells(values, whole), *scale, false)],
            Self::Widest(values, scale) => vec![leaf(name, cells(values, Cell::Whole), *scale, false)],
            Self::Date(values) => vec![leaf(name, cells(values, whole), 0, false)],
            Self::Text(values) => vec![leaf(name, cells(values, text), 0, true)],
            Self::Bytes(values) => vec![leaf(name, cells(values, Cell::Text), 0, false)],
            Self::Fixed(values) => vec![leaf(name, cells(values, |value| Cell::Text(value.to_vec())), 0, false)],
            Self::List(lists) => {
                let elements: Vec<Option<i64>> = lists.iter().flatten().flatten().copied().collect();
                vec![leaf(name, cells(&elements, whole), 0, false)]
            }
            Self::Struct(pairs) => pair_leaves(name, pairs),
            Self::Items(lists) => pair_leaves(name, &lists.iter().flatten().flatten().cloned().collect::<Vec<_>>()),
        }
    }

    /// The same column with these rows only.
    pub fn rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Int(values) => Self::Int(picked(values, rows)),
            Self::Unsigned(values) => Self::Unsigned(picked(values, rows)),
            Self::Bool(values) => Self::Bool(picked(values, rows)),
            Self::Real(values) => Self::Real(picked(values, rows)),
            Self::Short(values) => Self::Short(picked(values, rows)),
            Self::Decimal(values, scale) => Self::Decimal(picked(values, rows), *scale),
            Self::Widest(values, scale) => Self::Widest(picked(values, rows), *scale),
            Self::Date(values) => Self::Date(picked(values, rows)),
            Self::Moment(values) => Self::Moment(picked(values, rows)),
            Self::Text(values) => Self::Text(picked(values, rows)),
            Self::Bytes(values) => Self::Bytes(picked(values, rows)),
            Self::Fixed(values) => Self::Fixed(picked(values, rows)),
            Self::List(values) => Self::List(picked(values, rows)),
            Self::Struct(values) => Self::Struct(picked(values, rows)),
            Self::Items(values) => Self::Items(picked(values, rows)),
        }
    }

    /// Its leaves as a table's schema has them; none if Iceberg has no such type.
    pub fn types(&self) -> Option<Vec<(Option<&'static str>, String)>> {
        let leaf = |name: &str| Some(vec![(None, name.to_owned())]);
        match self {
            Self::Unsigned(_) | Self::Widest(..) => None,
            Self::Int(_) | Self::List(_) => leaf("long"),
            Self::Bool(_) => leaf("boolean"),
            Self::Real(_) => leaf("double"),
            Self::Short(_) => leaf("float"),
            Self::Decimal(_, scale) => leaf(&format!("decimal(38, {scale})")),
            Self::Date(_) => leaf("date"),
            Self::Moment(_) => leaf("timestamptz"),
            Self::Text(_) => leaf("string"),
            Self::Bytes(_) => leaf("binary"),
            Self::Fixed(_) => leaf("fixed[5]"),
            Self::Struct(_) | Self::Items(_) => {
                Some(vec![(Some("number"), "int".to_owned()), (Some("text"), "string".to_owned())])
            }
        }
    }

    /// The same column as Arrow has it.
    pub fn array(&self) -> ArrayRef {
        match self {
            Self::Int(values) => Arc::new(Int64Array::from(values.clone())),
            Self::Unsigned(values) => Arc::new(UInt64Array::from(values.clone())),
            Self::Bool(values) => Arc::new(BooleanArray::from(values.clone())),
            Self::Real(values) => Arc::new(Float64Array::from(values.clone())),
            Self::Short(values) => Arc::new(Float32Array::from(values.clone())),
            Self::Decimal(values, scale) => {
                Arc::new(Decimal128Array::from(values.clone()).with_precision_and_scale(38, *scale).unwrap())
            }
            Self::Widest(values, scale) => {
                Arc::new(Decimal256Array::from(values.clone()).with_precision_and_scale(76, *scale).unwrap())
            }
            Self::Date(values) => Arc::new(Date32Array::from(values.clone())),
            Self::Moment(values) => Arc::new(TimestampMicrosecondArray::from(values.clone()).with_timezone("UTC")),
            Self::Text(values) => Arc::new(StringArray::from(values.clone())),
            Self::Bytes(values) => Arc::new(values.iter().map(Option::as_deref).collect::<BinaryArray>()),
            Self::Fixed(values) => {
                Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(values.iter().copied(), 5).unwrap())
            }
            Self::List(lists) => Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists.clone())),
            Self::Struct(pairs) => Arc::new(pairs_array(pairs)),
            Self::Items(lists) => items_array(lists),
        }
    }
}

fn picked<T: Clone>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|row| values[*row].clone()).collect()
}

fn pair_leaves(name: &str, pairs: &[Option<(Option<i32>, Option<String>)>]) -> Vec<Leaf> {
    let number =
        |pair: &Option<(Option<i32>, Option<String>)>| pair.as_ref().and_then(|(number, _)| *number).map(whole);
    let text = |pair: &Option<(Option<i32>, Option<String>)>| {
        pair.as_ref().and_then(|(_, text)| text.clone()).map(|text| Cell::Text(text.into_bytes()))
    };
    vec![
        Leaf { name: format!("{name}.number"), cells: pairs.iter().map(number).collect(), scale: 0, is_utf8: false },
        Leaf { name: format!("{name}.text"), cells: pairs.iter().map(text).collect(), scale: 0, is_utf8: true },
    ]
}

fn pair_fields() -> Fields {
    Fields::from(vec![Field::new("number", DataType::Int32, true), Field::new("text", DataType::Utf8, true)])
}

fn pairs_array(pairs: &[Option<(Option<i32>, Option<String>)>]) -> StructArray {
    let numbers: Int32Array = pairs.iter().map(|pair| pair.as_ref().and_then(|(number, _)| *number)).collect();
    let texts: StringArray = pairs.iter().map(|pair| pair.as_ref().and_then(|(_, text)| text.clone())).collect();
    let nulls: NullBuffer = pairs.iter().map(Option::is_some).collect::<Vec<_>>().into();
    StructArray::new(pair_fields(), vec![Arc::new(numbers), Arc::new(texts)], Some(nulls))
}

fn items_array(lists: &[Option<Vec<Option<Pair>>>]) -> ArrayRef {
    let builders: Vec<Box<dyn builder::ArrayBuilder>> =
        vec![Box::new(Int32Builder::new()), Box::new(StringBuilder::new())];
    let mut builder = ListBuilder::new(StructBuilder::new(pair_fields(), builders));
    for list in lists {
        for item in list.iter().flatten() {
            let (number, text) = item.clone().unwrap_or_default();
            builder.values().field_builder::<Int32Builder>(0).unwrap().append_option(number);
            builder.values().field_builder::<StringBuilder>(1).unwrap().append_option(text);
            builder.values().append(item.is_some());
        }
        builder.append(list.is_some());
    }
    Arc::new(builder.finish())
}

/// A table's columns as one batch, called `c0`, `c1` and so on.
pub fn batch(table: &[Made]) -> RecordBatch {
    let named = table.iter().enumerate().map(|(place, made)| (format!("c{place}"), made.array(), true));
    RecordBatch::try_from_iter_with_nullable(named).unwrap()
}
