-- Tables derived from the raw ones, views, and views on views, across catalogs.
create table if not exists iceberg.silver.order_lines comment 'One row an order line, with the customer' with (partitioning = array['month(orderdate)']) as
select o.orderkey, l.linenumber, o.orderdate, c.custkey, c.name as customer_name, n.name as nation_name, l.quantity, l.extendedprice * (1 - l.discount) as revenue
from iceberg.bronze.orders o
join iceberg.bronze.lineitem l on l.orderkey = o.orderkey
join iceberg.bronze.customer c on c.custkey = o.custkey
join iceberg.bronze.nation n on n.nationkey = c.nationkey
where o.orderdate < date '1993-01-01';

create table if not exists iceberg.silver.account_learner comment 'Joins a database and the lake' as
select a.id as account_id, l.id as learner_id, a.email, l.country
from postgresql.app.account a
join iceberg.bronze.learners l on lower(l.email) = replace(lower(a.email), 'user', 'learner');

create or replace view iceberg.silver.v_enrollment comment 'Enrolments with names' as
select e.id as enrollment_id, l.full_name as learner_name, c.title as course_title, e.status, e.enrolled_at
from iceberg.bronze.enrollments e
join iceberg.bronze.learners l on l.id = e.learner_id
join iceberg.bronze.courses c on c.code = e.course_code;

create or replace view iceberg.gold.v_completion as
with finished as (select * from iceberg.silver.v_enrollment where status = 'completed')
select course_title, count(*) as completions, max(enrolled_at) as last_enrolled
from finished
group by course_title;

create or replace view iceberg.gold.v_top_courses security invoker as
select * from iceberg.gold.v_completion where completions > 5;

comment on column iceberg.gold.v_completion.completions is 'How many finished';

create or replace view iceberg.gold.v_event_items as
select e.event_id, e.learner.device.os.name as os_name, i.sku, i.quantity * i.price as amount
from iceberg.bronze.page_events e
cross join unnest(e.items) as i (sku, quantity, price, tags);

create table if not exists iceberg.gold.revenue_by_nation as
select nation_name, year(orderdate) as order_year, sum(revenue) as revenue, count(*) as lines
from iceberg.silver.order_lines
group by 1, 2;

create schema if not exists icefile.mart;
create table if not exists icefile.mart.sales comment 'For the materialized view' as select orderkey, custkey, totalprice, orderdate from tpch.tiny.orders;
create materialized view if not exists icefile.mart.daily_sales comment 'Sales by day' as
select orderdate, sum(totalprice) as total, count(*) as orders from icefile.mart.sales group by orderdate;
refresh materialized view icefile.mart.daily_sales;
create or replace view icefile.mart.v_monthly_sales as
select date_trunc('month', orderdate) as month, sum(total) as total from icefile.mart.daily_sales group by 1;

create table if not exists postgresql.raw.nation as select * from tpch.tiny.nation;
create table if not exists postgresql.raw.customer as select * from tpch.tiny.customer;
