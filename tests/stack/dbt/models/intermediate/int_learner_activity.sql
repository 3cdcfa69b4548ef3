{{ config(materialized='table', properties={'partitioning': "ARRAY['month(day)']"}) }}
select learner_id, cast(occurred_at as date) as day, count(*) as events
from {{ ref('stg_events') }}
group by 1, 2
