{{ config(severity='error', tags=['finance']) }}
-- The report must account for every payment of the fact table.
select *
from (
  select (select sum(amount) from {{ ref('fct_enrollments') }}) as facts, (select sum(revenue) from {{ ref('rpt_revenue_by_country') }}) as report
)
where facts is distinct from report
