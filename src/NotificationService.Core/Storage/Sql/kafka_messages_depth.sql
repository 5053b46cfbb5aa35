-- How many status events wait for the brokers, for how many seconds the oldest has waited, and how many were dead-lettered; counted up to 20,000.
select waiting, seconds, dead_lettered from notification_meta.kafka_waiting()
