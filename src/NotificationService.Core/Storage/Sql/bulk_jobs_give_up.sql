-- Gives up uploads that nobody goes on with; says how many.
select notification_meta.give_up_uploads() as given_up
