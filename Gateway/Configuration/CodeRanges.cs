namespace FrameRpc.Gateway.Configuration;

/// <summary>A set of numbers, as ranges with both ends included.</summary>
internal readonly record struct CodeRanges
{
    private readonly (uint First, uint Last)[]? _ranges;

    public CodeRanges(params (uint First, uint Last)[] ranges) => _ranges = ranges;

    public IReadOnlyList<(uint First, uint Last)> All => _ranges ?? [];

    public bool Contains(uint code)
    {
        foreach ((uint first, uint last) in _ranges ?? [])
        {
            if (code >= first && code <= last)
                return true;
        }
        return false;
    }
}
