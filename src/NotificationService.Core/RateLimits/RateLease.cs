namespace NotificationService.RateLimits;

/// <summary>What a process asks of the allowance that all share.</summary>
/// <param name="Amount">As many as it would take.</param>
/// <param name="Min">Fewer are of no use.</param>
/// <param name="Limit">Of any 60 seconds.</param>
public readonly record struct RateLeaseRequest(string Subject, long Amount, long Min, long Limit);

/// <summary>What the database answered.</summary>
/// <param name="Granted">What may be used from now on, whenever; 0: so many as were asked for are not free.</param>
/// <param name="Used">What all processes have taken in the window, with this.</param>
/// <param name="Back">In which time all of it is given back; where nothing was granted, enough of it. Null: never, the limit is less.</param>
public readonly record struct RateLease(long Granted, long Used, TimeSpan? Back);
