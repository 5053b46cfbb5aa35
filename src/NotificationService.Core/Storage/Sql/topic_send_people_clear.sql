-- Forgets some of the people whom sends to topics reached that are over. Answers how many rows went; 0: there is nothing more to do. :max
select notification_meta.clear_topic_people(:max) as cleared
