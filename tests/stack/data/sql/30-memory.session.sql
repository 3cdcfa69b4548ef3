-- Types that only Trino's own storage holds, and a view of it. Lost when Trino ends.
create schema if not exists memory.types;

create table if not exists memory.types.everything (
  a_boolean boolean, a_tinyint tinyint, a_smallint smallint, an_integer integer, a_bigint bigint, a_real real, a_double double,
  a_decimal decimal, decimal_1_0 decimal(1, 0), decimal_38_38 decimal(38, 38),
  a_varchar varchar, varchar_1 varchar(1), varchar_255 varchar(255), a_char char, char_20 char(20), a_varbinary varbinary, a_json json,
  a_date date, a_time time, time_0 time(0), time_9 time(9), time_tz time(3) with time zone,
  a_timestamp timestamp, timestamp_0 timestamp(0), timestamp_12 timestamp(12), a_timestamp_tz timestamp with time zone, timestamp_tz_9 timestamp(9) with time zone,
  year_to_month interval year to month, day_to_second interval day to second,
  a_uuid uuid, an_ip ipaddress, a_hyperloglog hyperloglog, a_digest qdigest(bigint), a_tdigest tdigest, a_geometry geometry,
  nested array(map(varchar(10), row(code char(3), amount decimal(9, 2), at timestamp(3) with time zone, parts array(row(n bigint, label varchar(5)))))),
  anonymous row(bigint, varchar),
  "Mixed Case" row("Inner Field" bigint, "select" varchar, "with ""quotes""" row("a.b" double))
) comment 'Each type that Trino has';

create table if not exists memory.default.country as select * from (values ('FR', 'France'), ('DE', 'Germany'), ('ES', 'Spain')) as t (code, name);

create or replace view memory.default.v_learners_by_country as
select c.name as country_name, count(*) as learners from iceberg.bronze.learners l join memory.default.country c on c.code = l.country group by c.name;
