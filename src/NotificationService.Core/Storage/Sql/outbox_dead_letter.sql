-- Puts one that cannot be handed on out of the others' way, for a person to look at. :shard, :position
update outbox set shard = shard + 100 where shard = :shard and position = :position
