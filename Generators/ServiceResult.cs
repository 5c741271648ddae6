namespace FrameRpc.Generators;

/// <summary>The result of reading one interface: a model to generate from, or errors.</summary>
internal sealed record ServiceResult(ServiceModel? Service, EquatableList<ServiceMistake> Mistakes);
