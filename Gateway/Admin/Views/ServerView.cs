namespace FrameRpc.Gateway.Admin.Views;

/// <summary>A server of a backend, as <c>GET /backends</c> shows it.</summary>
/// <param name="Address">As gateway.json has it.</param>
/// <param name="Weight">Its share of the calls, relative to the others.</param>
/// <param name="Up">Every worker that tried to connect lately could.</param>
/// <param name="DownForWorkers">The numbers of the workers that could not, when they tried last.</param>
/// <param name="Lanes">The connections to it.</param>
/// <param name="CallsInFlight">Calls that it has not answered yet.</param>
internal sealed record ServerView(string Address, int Weight, bool Up, IReadOnlyList<int> DownForWorkers, LanesView Lanes, int CallsInFlight);
