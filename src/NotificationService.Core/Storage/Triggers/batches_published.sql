-- A batch has ended. As a trigger, because several statements end one, and none of them may forget it.
create or replace trigger batches_published after update of ended_at on batches
for each row when (old.ended_at is null and new.ended_at is not null) execute function notification_meta.publish_batch_event();
