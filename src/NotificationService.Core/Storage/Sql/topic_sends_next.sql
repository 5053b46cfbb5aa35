-- A send to topics of which something is to be done, in turn and under a lease, if there is one. :lease
select tenant, send from notification_meta.next_topic_send(:lease)
