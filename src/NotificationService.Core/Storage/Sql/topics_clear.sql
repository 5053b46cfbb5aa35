-- Takes some subscriptions away from topics that were removed, and topics of which none is left. Answers how many rows went; 0: there is nothing more to do. :max
select notification_meta.clear_removed_topic(:max) as cleared
