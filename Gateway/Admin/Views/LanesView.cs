namespace FrameRpc.Gateway.Admin.Views;

/// <summary>The connections to one server.</summary>
/// <param name="Shared">Those that many small smf calls share.</param>
/// <param name="Exclusive">Those that carry one call at a time: busy, idle, and being connected.</param>
/// <param name="Idle">Of the exclusive ones, those that wait for a call.</param>
internal sealed record LanesView(int Shared, int Exclusive, int Idle);
