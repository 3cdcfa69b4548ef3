-- Work that leaves a query history with lineage in it, by several people and tools. Trino keeps the history in memory, so
-- this runs again whenever Trino starts; the tables it makes are made anew.
create schema if not exists iceberg.ops;

-- user: airflow
-- source: airflow-scheduler
-- tags: nightly, etl
create or replace table iceberg.ops.daily_orders as
select orderdate, count(*) as orders, sum(totalprice) as total from iceberg.bronze.orders group by orderdate;

-- user: airflow
-- source: airflow-scheduler
-- tags: nightly, etl
insert into iceberg.ops.daily_orders
select orderdate, count(*), sum(totalprice) from icefile.mart.sales where orderdate >= date '1998-01-01' group by orderdate;

-- user: airflow
-- source: airflow-scheduler
-- tags: nightly
create or replace table iceberg.ops.customer_value (custkey bigint, name varchar, value double, segment varchar(10));

-- user: airflow
-- source: airflow-scheduler
-- tags: nightly
merge into iceberg.ops.customer_value t
using (select c.custkey, c.name, sum(o.totalprice) as value, c.mktsegment from iceberg.bronze.customer c join iceberg.bronze.orders o on o.custkey = c.custkey group by 1, 2, 4) s
on t.custkey = s.custkey
when matched then update set value = s.value
when not matched then insert (custkey, name, value, segment) values (s.custkey, s.name, s.value, s.mktsegment);

-- user: airflow
-- source: airflow-scheduler
merge into iceberg.ops.customer_value t
using postgresql.raw.customer s
on t.custkey = s.custkey and s.acctbal < 0
when matched then delete;

-- user: airflow
-- source: airflow-scheduler
update iceberg.ops.customer_value set segment = 'top' where value > (select avg(totalprice) * 20 from iceberg.bronze.orders);

-- user: airflow
-- source: airflow-scheduler
delete from iceberg.ops.customer_value where custkey in (select custkey from icefile.mart.sales where totalprice < 1000);

-- user: airflow
-- source: airflow-scheduler
insert into postgresql.raw.nation select * from tpch.tiny.nation where nationkey not in (select nationkey from postgresql.raw.nation);

-- user: ada
-- source: superset
select nation_name, sum(revenue) from iceberg.silver.order_lines group by nation_name order by 2 desc limit 10;

-- user: ada
-- source: superset
select * from iceberg.gold.v_top_courses;

-- user: ada
-- source: superset
select * from iceberg.gold.v_top_courses;

-- user: grace
-- source: trino-cli
with spend as (select custkey, sum(o.totalprice) as total from iceberg.bronze.customer c join iceberg.bronze.orders o using (custkey) group by 1)
select s.custkey, s.total, v.segment from spend s join iceberg.ops.customer_value v on v.custkey = s.custkey where s.total > 100000;

-- user: grace
-- source: trino-cli
create or replace view iceberg.ops.v_daily as select orderdate, total / orders as average from iceberg.ops.daily_orders;

-- user: grace
-- source: trino-cli
-- expect: error
select missing_column from iceberg.bronze.orders;

-- user: grace
-- source: trino-cli
-- expect: error
selec 1;

-- user: grace
-- source: trino-cli
select 'a text with ; inside', /* a comment */ count(*) from "iceberg"."bronze"."odd-name" -- and another
where "select" > 1;

-- user: ada
-- source: superset
explain select * from iceberg.bronze.orders;

-- user: ada
-- source: superset
show tables from iceberg.bronze;

-- user: loader
-- source: stack-load
create or replace table iceberg.ops.learner_activity with (partitioning = array['day(day)']) as
select cast(p.occurred_at as date) as day, p.learner.id as learner_id, l.full_name, count(*) as events, sum(i.price) as spent
from iceberg.bronze.page_events p
join iceberg.bronze.learners l on l.id = p.learner.id
cross join unnest(p.items) as i (sku, quantity, price, tags)
group by 1, 2, 3;
