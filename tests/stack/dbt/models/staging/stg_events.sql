{{ config(alias='platform_events') }}
select
  event_id,
  learner.id as learner_id,
  learner.device.os.name as os_name,
  occurred_at
from {{ source('platform', 'events') }}
