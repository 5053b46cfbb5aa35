-- The replay that has waited longest for its turn, if there is one.
select tenant, replay, replay_mode from notification_meta.next_replay()
