-- Puts one that cannot be handed on out of the others' way, for a person to look at. $1 shard, $2 position
update outbox set shard = shard + 100 where shard = $1 and position = $2
